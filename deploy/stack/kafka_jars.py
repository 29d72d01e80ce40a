"""Apache Kafka's jars, as Maven Central has them, fetched by this computer's own Maven."""

from pathlib import Path

from deploy.stack.cache import Draft, cache_folder, install_once

VERSION = "4.3.1"
_NAME = f"apache-kafka-{VERSION}"
_POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stadspuls</groupId>
  <artifactId>apache-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""


def kafka_jars() -> Path | None:
    """Return the folder of the jars, `None` when they are not installed."""
    folder = cache_folder() / _NAME / "libs"
    return folder if folder.exists() else None


def install_kafka_jars() -> Path:
    """Fetch the jars where that has not been done.

    Raises:
        Misconfigured: Maven is not installed, or failed; with its last words.
    """
    return install_once(_NAME, _fetch) / "libs"


def _fetch(draft: Draft) -> None:
    pom = draft.folder / "pom.xml"
    pom.write_text(_POM, encoding="utf-8")
    draft.run(
        "mvn",
        "--batch-mode",
        "--quiet",
        "--strict-checksums",
        f"--file={pom}",
        "dependency:copy-dependencies",
        f"-DoutputDirectory={draft.folder / 'libs'}",
        "-DincludeScope=runtime",
    )
