"""Labelled digits written in every format that can be read."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tenfold.data.idx import idx_bytes

Array = np.ndarray


def png_bytes(image: Array, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, form)
    return stream.getvalue()


def write_idx(folder: Path, images: Array, labels: Array, prefix: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{prefix}images-idx3-ubyte").write_bytes(idx_bytes(images))
    (folder / f"{prefix}labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    return folder


def write_idx_gzip(path: Path, images: Array, labels: Array) -> Path:
    path.mkdir()
    (path / "my-images.idx.gz").write_bytes(gzip.compress(idx_bytes(images)))
    (path / "my-labels.idx.gz").write_bytes(gzip.compress(idx_bytes(labels.astype(np.int32))))
    return path


def write_npz(path: Path, images: Array, labels: Array) -> Path:
    np.savez(path.with_suffix(".npz"), x=images, y=labels)
    return path.with_suffix(".npz")


def write_npz_in_folder(path: Path, images: Array, labels: Array) -> Path:
    path.mkdir()
    np.savez(path / "set.npz", images=images[..., None] * 1.0, labels=labels[:, None])
    return path


def csv_rows(images: Array, labels: Array) -> list[list[object]]:
    return [[label, *image] for image, label in zip(images.reshape(-1, 784), labels, strict=True)]


def write_csv(path: Path, images: Array, labels: Array) -> Path:
    header = ["label", *(f"pixel{i}" for i in range(784))]
    return write_csv_rows(path, [header, *csv_rows(images, labels)], start="\ufeff")


def write_csv_label_last(path: Path, images: Array, labels: Array) -> Path:
    header = [*(f"{i}x{j}" for i in range(28) for j in range(28)), "Class"]
    rows = [[*row[1:], row[0]] for row in csv_rows(images, labels)]
    return write_csv_rows(path, [header, *rows], delimiter=";", quoting=csv.QUOTE_ALL)


def write_csv_without_header(path: Path, images: Array, labels: Array) -> Path:
    return write_csv_rows(path, csv_rows(images, labels), delimiter="\t")


def write_csv_rows(path: Path, rows: list[list[object]], start: str = "", **style: object) -> Path:
    text = io.StringIO()
    csv.writer(text, **style).writerows(rows)
    path.write_text(start + text.getvalue() + "\n\n", encoding="utf-8", newline="")
    return path


def write_parquet(path: Path, images: Array, labels: Array) -> Path:
    columns = {str(i): images.reshape(-1, 784)[:, i] for i in range(784)}
    pq.write_table(pa.table(columns | {"label": labels}), path)
    return path


def write_parquet_pictures(path: Path, images: Array, labels: Array) -> Path:
    structs = [{"bytes": png_bytes(image), "path": None} for image in images]
    pq.write_table(pa.table({"image": structs, "label": labels.astype(np.int64)}), path)
    return path


def write_class_folders(path: Path, images: Array, labels: Array, form: str = "PNG") -> Path:
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        (path / str(label)).mkdir(parents=True, exist_ok=True)
        (path / str(label) / f"{i}.png").write_bytes(png_bytes(image, form))
    (path / str(labels[0]) / ".DS_Store").write_bytes(b"noise")
    (path / str(labels[0]) / "Thumbs.db").write_bytes(b"noise")
    (path / "README").write_text("made by hand")
    return path


def write_class_folders_bmp(path: Path, images: Array, labels: Array) -> Path:
    return write_class_folders(path, images, labels, "BMP")


def write_listed(path: Path, images: Array, labels: Array) -> Path:
    (path / "crops").mkdir(parents=True)
    rows = [["who", "file", "label"]]
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        (path / "crops" / f"{i}.png").write_bytes(png_bytes(image))
        rows.append([f"writer {i}", f"crops/{i}.png", str(label)])
    (path / "crops" / "not-listed.txt").write_text("ignored")
    return write_csv_rows(path / "labels.csv", rows).parent
