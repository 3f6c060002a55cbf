#!/usr/bin/env python3
"""What a team does without mttr: mean, median, standard deviation and p90 by Python's statistics module.

mttr_peer.py durations FILE   of a CSV file of durations, a column a metric
mttr_peer.py journal STORE    of a journal's events, put together by incident first"""
import csv
import sqlite3
import statistics
import sys

METRICS = {
    "respond": ("alerted", "acked"),
    "repair": ("work_started", "fixed"),
    "recover": ("impact_start", "restored"),
    "resolve": ("detected", "verified"),
    "detect": ("impact_start", "detected"),
    "acknowledge": ("alerted", "acked"),
    "mitigate": ("impact_start", "restored"),
    "close": ("detected", "closed"),
}


def from_csv(path):
    columns = {}
    with open(path, newline="") as f:
        for row in csv.DictReader(f):
            for name, text in row.items():
                columns.setdefault(name, []).append(float(text))
    return columns


def from_journal(path):
    incidents = {}
    db = sqlite3.connect(path)
    for incident, kind, at in db.execute("SELECT incident, kind, at FROM event ORDER BY id"):
        incidents.setdefault(incident, {})[kind] = at
    return {
        name: [(i[to] - i[start]) / 1e9 for i in incidents.values() if start in i and to in i]
        for name, (start, to) in METRICS.items()
    }


for name, values in (from_csv if sys.argv[1] == "durations" else from_journal)(sys.argv[2]).items():
    print(name, len(values), statistics.mean(values), statistics.median(values), statistics.stdev(values),
          statistics.quantiles(values, n=100)[89])
