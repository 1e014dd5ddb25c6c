# /// script
# requires-python = ">=3.10"
# dependencies = ["scikit-learn==1.5.2", "skl2onnx==1.17.0", "onnx==1.16.2", "numpy==1.26.4"]
# ///
"""Trains a risk model with scikit-learn and saves the ONNX file that a miner serves.

A miner runs this on their own machine, with the training rows that never leave it:

    python train-with-sklearn.py samples/data/heart-cleveland.csv label model.onnx num

The table has a header; every column but the outcome is a number, an empty field is a missing value, the outcome is 0 or 1. Columns named
after the model's file are left out: `num` is the graded diagnosis that the label was made from.
Then `subnet model inspect model.onnx` shows what it compiles to.
"""

import csv
import sys

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def read(path, outcome, left_out):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name != outcome and name not in left_out]
    x = np.array([[float(row[name]) if row[name] else np.nan for name in names] for row in rows], dtype=np.float32)
    y = np.array([int(float(row[outcome])) for row in rows])
    return names, x, y


def main(path, outcome, target, *left_out):
    names, x, y = read(path, outcome, left_out)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=1, stratify=y)
    model = make_pipeline(SimpleImputer(strategy="mean"), StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(x_train, y_train)
    print(f"{len(names)} features, AUC on the held-out quarter: {roc_auc_score(y_test, model.predict_proba(x_test)[:, 1]):.4f}")

    # One table of floats in; label and probabilities as tensors out, without the map that zipmap would make of them.
    onnx = to_onnx(
        model,
        initial_types=[("x", FloatTensorType([None, len(names)]))],
        options={id(model): {"zipmap": False}},
        target_opset={"": 13, "ai.onnx.ml": 2},
    )
    with open(target, "wb") as file:
        file.write(onnx.SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
