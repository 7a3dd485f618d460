"""tenfold as a scikit-learn estimator: cross-validation, and saving without pickle."""

import tempfile

from sklearn.model_selection import cross_val_score

import tenfold
from tenfold.sklearn import DigitClassifier

train = tenfold.load_mnist().train
pictures, labels = train.images[:3000].reshape(-1, 784), train.labels[:3000]
classifier = DigitClassifier("dense-128", epochs=3)
print("accuracy in three folds:", cross_val_score(classifier, pictures, labels, cv=3).round(3))

with tempfile.TemporaryDirectory() as folder:
    classifier.fit(pictures, labels).save(f"{folder}/digits")
    again = DigitClassifier.load(f"{folder}/digits")
    print("loaded, it reads the first five as", again.predict(pictures[:5]))
