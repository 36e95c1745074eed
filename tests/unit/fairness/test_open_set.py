"""Searches against every probe and every reference taken one by one."""

from __future__ import annotations

import numpy as np
import pytest

from countenance.fairness import open_set
from countenance.fairness.manifest import GroupColumn, Manifest, ManifestImage, Part
from countenance.fairness.open_set import Rows, Searches, false_negatives, false_positives, search_all
from countenance.fairness.partitions import Population, partition, populate
from countenance.fairness.search_document import search_document

THRESHOLD = 0.45
Images = list[tuple[ManifestImage, np.ndarray]]


def people(seed: int = 0, subjects: int = 60) -> Images:
    """Images with their vectors: some subjects enrolled and probed, some only probed, some images neither."""
    generator = np.random.default_rng(seed)
    images: Images = []
    for number in range(subjects):
        own = generator.standard_normal(12)
        parts = [Part.ENROL, Part.ENROL, Part.PROBE, None] if number % 3 else [Part.PROBE, Part.PROBE]
        for photograph, part in enumerate(parts):
            vector = own + 0.8 * generator.standard_normal(12)
            name = f"{number}/{photograph}.jpg"
            image = ManifestImage(image=name, subject=f"s{number}", groups=("fm"[number % 2],), part=part)
            images.append((image, (vector / np.linalg.norm(vector)).astype(np.float32)))
    return images


def searched(images: Images, lost: set[str]) -> tuple[Manifest, Population, Searches]:
    manifest = Manifest(images=tuple(image for image, _ in images), columns=(GroupColumn(name="sex"),))
    population = populate(manifest)
    places = np.array([at for at, (image, _) in enumerate(images) if image.image not in lost])
    order = np.lexsort((population.subject_of_image[places], population.cell_of_image[places]))
    places = places[order]
    rows = Rows(np.array([images[at][1] for at in places]), population.subject_of_image[places], places)
    return manifest, population, search_all(manifest, population.subject_of_image, rows, lambda *_: None)


def one_by_one(images: Images, lost: set[str], sex: str, rank: int) -> tuple[int, int, int, int]:
    """False positives, non-mated searches, false negatives, mated searches of one group."""
    planned = {image.subject for image, _ in images if image.part is Part.ENROL}
    counts = [0, 0, 0, 0]
    for probe, vector in images:
        if probe.part is not Part.PROBE or probe.groups != (sex,):
            continue
        best: dict[str, float] = {}
        for reference, other in images:
            if reference.part is Part.ENROL and not {probe.image, reference.image} & lost:
                score = float(vector @ other)
                best[reference.subject] = max(best.get(reference.subject, -2.0), score)
        if probe.subject not in planned:
            counts[1] += 1
            counts[0] += any(score >= THRESHOLD for score in best.values())
            continue
        counts[3] += 1
        mate = best.pop(probe.subject, -2.0)
        place = 1 + sum(score >= mate for score in best.values())
        counts[2] += mate < THRESHOLD or place > rank
    return counts[0], counts[1], counts[2], counts[3]


@pytest.mark.parametrize("rank", [1, 5])
@pytest.mark.parametrize("block", [(3, 4), (256, 2048)])
def test_searches_count_what_one_by_one_gives(
    block: tuple[int, int], rank: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_set, "_ROWS", block[0])
    monkeypatch.setattr(open_set, "_COLUMNS", block[1])
    images = people()
    lost = {"1/2.jpg", "3/0.jpg", "4/0.jpg", "4/1.jpg", "5/0.jpg"}
    _, population, searches = searched(images, lost)
    for number, sex in enumerate("fm"):
        chosen = population.cell_of_subject == number
        positives = false_positives(searches, chosen, THRESHOLD)
        negatives = false_negatives(searches, chosen, THRESHOLD, rank)
        expected = one_by_one(images, lost, sex, rank)
        assert (positives.errors, positives.trials, negatives.errors, negatives.trials) == expected
        assert negatives.by_subject is not None
        assert negatives.by_subject.errors.sum() == negatives.errors
    assert searches.references == 80 - 3
    assert len(searches.enrolled) == 39


def test_a_probe_or_a_mate_without_a_template_is_missed_and_names_nobody() -> None:
    images = people()
    everything = {image.image for image, _ in images if image.part is Part.PROBE}
    _, population, searches = searched(images, everything)
    every = np.ones(len(population.subjects), dtype=bool)
    assert false_positives(searches, every, THRESHOLD).rate == 0
    assert false_negatives(searches, every, -np.inf, 50).rate == 1
    enrolled = {image.image for image, _ in images if image.part is Part.ENROL}
    assert false_negatives(searched(images, enrolled)[2], every, -np.inf, 50).rate == 1


def test_a_longer_list_and_no_threshold_never_miss_more() -> None:
    images = people(2)
    _, population, searches = searched(images, set())
    document = search_document(
        searches, population.cell_of_subject, (partition(population, (0,)),), THRESHOLD
    )
    assert document["gallery"] == {"subjects": 40, "references": 80, "by_group": {"f": 20, "m": 20}}
    for group in document["groups"].values():
        by_rank, without = group["fnir_by_rank"], group["fnir_by_rank_without_threshold"]
        assert by_rank == sorted(by_rank, reverse=True)
        assert all(one <= other for one, other in zip(without, by_rank, strict=True))
        assert group["fnir"] == by_rank[0]
        assert group["fpir_interval"][0] <= group["fpir"] <= group["fpir_interval"][1]


def test_the_order_of_images_means_nothing() -> None:
    images = people(3)
    shuffled = [images[at] for at in np.random.default_rng(1).permutation(len(images))]
    told = []
    for one in (images, shuffled):
        _, population, searches = searched(one, {"1/2.jpg"})
        told.append(
            search_document(searches, population.cell_of_subject, (partition(population, (0,)),), THRESHOLD)
        )
    assert told[0] == told[1]
