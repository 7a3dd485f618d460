"""Pictures and pages: figures with matplotlib, self-contained HTML with Jinja (extra ``report``).

    extra           the one message for a missing extra
    style, render   colours and sizes; a figure as SVG or PNG
    figures         every figure, from arrays and mappings to a matplotlib `Figure`
    blocks, page    what a page consists of; a page as one HTML file
    layers          a network as arithmetic
    inputs          run and reproduction folders, read and checked
    words, sections the sentences, and the parts that reports are put together from (sections.py
                    lists them by name)
    explore, live, run_report, system_report, comparison_report   the pages

It reads folders of JSON, TOML and NumPy files and MNIST's arrays; it knows nothing of training,
models or the command line. Nothing is imported until a page or figure is asked for.
"""
