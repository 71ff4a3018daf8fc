"""The rivals, run in their own environment: item-kNN of implicit, EASE of LensKit.

Reads a JSON file with the log to fit on and the cases, writes places by rival. Imports nothing of
penchant. Usage: python peers.py INPUT OUTPUT
"""

import json
import sys
from importlib.metadata import version

import numpy as np
import scipy.sparse as sp
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from lenskit.data import ItemList, RecQuery, from_interactions_df
from lenskit.knn import EASEScorer

NEIGHBOURS = (20, 50, 100, 200, 500)
LAMBDAS = {"dense": (50.0, 100.0, 200.0, 500.0, 1000.0), "large": (100.0, 500.0)}
LARGE = 6_000  # items beyond which EASE is fitted on those with at least 5 events


def main(source, target):
    with open(source) as lines:
        task = json.load(lines)
    fit = list(dict.fromkeys((user, item) for user, item in task["fit"]))
    rivals = {"implicit item-kNN": knn(fit, task), "LensKit EASE": ease(fit, task)}
    names = ("implicit", "lenskit", "numpy", "scipy", "torch")
    with open(target, "w") as output:
        json.dump({"rivals": rivals, "versions": {n: version(n) for n in names}}, output)


def knn(fit, task):
    """The best of three weightings and five sizes of neighbourhood."""
    users, items = index(user for user, _ in fit), index(item for _, item in fit)
    rows = [users[user] for user, _ in fit]
    columns = [items[item] for _, item in fit]
    matrix = sp.csr_matrix((np.ones(len(fit)), (rows, columns)), (len(users), len(items)))
    tried = {}
    best = (-1.0, None, None)
    for kind in (CosineRecommender, TFIDFRecommender, BM25Recommender):
        for size in NEIGHBOURS:
            model = kind(K=size)
            model.fit(matrix, show_progress=False)
            similar = model.similarity.tocsr()
            reached = quality(places(similar, items, task["validation"]))
            tried[f"{kind.__name__} K {size}"] = reached
            if reached > best[0]:
                best = (reached, f"{kind.__name__}, K {size}", similar)
    return {"settings": best[1], "tried": tried, "places": places(best[2], items, task["test"])}


def ease(fit, task):
    import pandas as pd

    frame = pd.DataFrame(fit, columns=["user_id", "item_id"])
    lambdas, note = LAMBDAS["dense"], ""
    if frame.item_id.nunique() > LARGE:
        counts = frame.item_id.value_counts()
        frame = frame[frame.item_id.map(counts) >= 5]
        lambdas, note = LAMBDAS["large"], f"; {frame.item_id.nunique()} items with >= 5 events"
    data = from_interactions_df(frame)
    tried = {}
    best = (-1.0, None, None)
    for regularization in lambdas:
        model = EASEScorer(regularization=regularization)
        model.train(data)
        reached = quality(ease_places(model, task["validation"]))
        tried[f"lambda {regularization:g}"] = reached
        if reached > best[0]:
            best = (reached, f"lambda {regularization:g}{note}", model)
    return {"settings": best[1], "tried": tried, "places": ease_places(best[2], task["test"])}


def ease_places(model, cases):
    every = ItemList(item_ids=model.items.ids())
    numbers = {str(item): number for number, item in enumerate(model.items.ids())}
    found = []
    for case in cases:
        query = RecQuery(user_items=ItemList(item_ids=case["history"]))
        scores = np.nan_to_num(np.asarray(model(query, every).scores(), float), nan=-np.inf).copy()
        found.append(place(scores, numbers, case))
    return found


def places(similar, items, cases):
    found = []
    for case in cases:
        known = [items[item] for item in case["history"] if item in items]
        query = sp.csr_matrix((np.ones(len(known)), ([0] * len(known), known)), (1, len(items)))
        scores = np.asarray((query @ similar).todense()).ravel()
        scores[scores == 0] = -np.inf  # a sparse source says nothing of these
        found.append(place(scores, items, case))
    return found


def place(scores, items, case):
    scores[[items[item] for item in case["history"] if item in items]] = -np.inf
    target = items.get(case["target"])
    if target is None or scores[target] == -np.inf:
        return None
    score = scores[target]
    return float((scores > score).sum() + ((scores == score).sum() - 1) / 2)


def quality(found):
    return float(np.mean([1 / np.log2(p + 2) if p is not None and p < 10 else 0 for p in found]))


def index(names):
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


if __name__ == "__main__":
    main(*sys.argv[1:])
