"""A PySpark job that turns folders of captures into records: one line of JSON for each capture.

    spark-submit captures.py --diag /usr/local/bin/diag --out records/ captures/one captures/two …

Folders go together: what lies beside a capture (metadata, exports) is judged with it. A partition starts `diag check --each` once
for all of its folders, which costs far less than one process for each capture.
"""

import argparse
import subprocess

from pyspark.sql import SparkSession


def judge(diag, folders):
    """The records of the folders of one partition."""
    folders = list(folders)
    if not folders:
        return
    command = [diag, "check", "--each", "--format", "ndjson", "--records", "short", "--jobs", "1", "--fail-on", "never", "--", *folders]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    for line in process.stdout:
        yield line.rstrip("\n")
    said = process.stderr.read()
    # 2 is also said where none of the captures could be judged, and a check that crashed: their records say so. Anything else is a
    # task that failed, for Spark to try again.
    if process.wait() not in (0, 2):
        raise RuntimeError(f"diag ended with {process.returncode}: {said}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--diag", default="diag")
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--partitions", type=int, default=8)
    arguments.add_argument("folders", nargs="+")
    given = arguments.parse_args()
    spark = SparkSession.builder.appName("diag").getOrCreate()
    diag = given.diag
    folders = spark.sparkContext.parallelize(given.folders, min(given.partitions, len(given.folders)))
    folders.mapPartitions(lambda part: judge(diag, part)).saveAsTextFile(given.out)
    spark.stop()


if __name__ == "__main__":
    main()
