"""``python -m tenfold`` does what the ``tenfold`` command does."""

from tenfold.cli import main

if __name__ == "__main__":
    main()
