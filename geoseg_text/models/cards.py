"""What is known of every registered system: data, so that listing the systems loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from geoseg_text.models.card import HubFile, SystemCard
from geoseg_text.models.published import METRICS

DEFAULT_MODEL = "mafn-tiny"
"""The embedded model that `load_model` gives without a name."""

EMBEDDED = Path(__file__).parents[1] / "embedded"

SYSTEMS: Mapping[str, SystemCard] = {
    "lavt": SystemCard(
        system="lavt",
        paper="LAVT: Language-Aware Vision Transformer for Referring Image Segmentation",
        venue="CVPR",
        year=2022,
        reference="arXiv:2112.02244",
        repository="github.com/yz93/LAVT-RIS",
        code_licence="GPL-3.0",
        weights_licence="none stated",
        link="github.com/yz93/LAVT-RIS",
        weights="linked from github.com/yz93/LAVT-RIS, trained on photographs (RefCOCO, RefCOCO+, G-Ref); "
        "then: geoseg-text models convert CKPT --system lavt -o FOLDER",
        input_px=480,
        tokens=20,
        trained_on=("RefCOCO", "RefCOCO+", "G-Ref"),
        parameters=225_642_362,
        published_parameters=227_739_514,
        deviation="the last stage's gate, which feeds nothing, is left out",
        metrics=METRICS["lavt"],
    ),
    "lgce": SystemCard(
        system="lgce",
        paper="RRSIS: Referring Remote Sensing Image Segmentation",
        venue="IEEE Transactions on Geoscience and Remote Sensing",
        year=2024,
        reference="arXiv:2306.08625",
        repository="github.com/zhu-xlab/rrsis",
        code_licence="Apache-2.0 and CC-BY-4.0, both stated; without the network",
        weights_licence="none published",
        weights="none are published; build_model('lgce') gives an untrained network",
        input_px=480,
        tokens=20,
        trained_on=("RefSegRS",),
        parameters=248_871_290,
        deviation="nothing was released; the paper leaves the depth of the transformers open: one block here",
        metrics=METRICS["lgce"],
    ),
    "rmsin": SystemCard(
        system="rmsin",
        paper="Rotated Multi-Scale Interaction Network for Referring Remote Sensing Image Segmentation",
        venue="CVPR",
        year=2024,
        reference="arXiv:2312.12470",
        repository="github.com/Lsan2401/RMSIN",
        code_licence="none stated",
        weights_licence="none published",
        weights="none are published (code: github.com/Lsan2401/RMSIN); your own training's checkpoint loads: "
        "geoseg-text models convert CKPT --system rmsin -o FOLDER",
        input_px=480,
        tokens=20,
        trained_on=("RRSIS-D",),
        parameters=235_842_821,
        published_parameters=240_037_163,
        deviation="the last stage's gates and visual branch, which feed nothing, are left out",
        metrics=METRICS["rmsin"],
    ),
    "remotesam": SystemCard(
        system="rmsin",
        paper="RemoteSAM: Towards Segment Anything for Earth Observation",
        venue="arXiv",
        year=2025,
        reference="arXiv:2505.18022",
        repository="github.com/1e12Leon/RemoteSAM",
        code_licence="none stated",
        weights_licence="none stated",
        weights="on the hub: geoseg-text models pull remotesam -o FOLDER",
        hub=(HubFile("1e12Leon/RemoteSAM"),),
        input_px=896,
        tokens=20,
        trained_on=("RemoteSAM-270K",),
        parameters=237_396_079,
        deviation="",
    ),
    "fianet": SystemCard(
        system="fianet",
        paper="Exploring Fine-Grained Image-Text Alignment for Referring Remote Sensing Image Segmentation",
        venue="IEEE Transactions on Geoscience and Remote Sensing",
        year=2024,
        reference="arXiv:2409.13637",
        repository="github.com/Shaosifan/FIANet",
        code_licence="none stated",
        weights_licence="none published",
        weights="none are published (code: github.com/Shaosifan/FIANet); your own training's checkpoint "
        "loads: geoseg-text models convert CKPT --system fianet -o FOLDER",
        input_px=480,
        tokens=22,
        trained_on=("RRSIS-D",),
        parameters=242_970_144,
        published_parameters=256_168_626,
        deviation="what computes nothing is left out: an embedding in each alignment, the last stage's gates "
        "and alignment",
        metrics=METRICS["fianet"],
    ),
    "fianet-refsegrs": SystemCard(
        system="fianet",
        paper="Exploring Fine-Grained Image-Text Alignment for Referring Remote Sensing Image Segmentation",
        venue="IEEE Transactions on Geoscience and Remote Sensing",
        year=2024,
        reference="arXiv:2409.13637",
        repository="github.com/Shaosifan/FIANet",
        code_licence="none stated",
        weights_licence="none published",
        weights="none are published (code: github.com/Shaosifan/FIANet); your own training's checkpoint "
        "loads: geoseg-text models convert CKPT --system fianet-refsegrs -o FOLDER",
        input_px=480,
        tokens=20,
        trained_on=("RefSegRS",),
        parameters=238_720_224,
        published_parameters=251_918_706,
        deviation="as for fianet",
        metrics=METRICS["fianet-refsegrs"],
    ),
    "cadformer": SystemCard(
        system="cadformer",
        paper="CADFormer: Fine-Grained Cross-Modal Alignment and Decoding Transformer for Referring Remote "
        "Sensing Image Segmentation",
        venue="IEEE Journal of Selected Topics in Applied Earth Observations and Remote Sensing",
        year=2025,
        reference="doi:10.1109/JSTARS.2025.3576595",
        repository="github.com/zxk688/CADFormer",
        code_licence="none stated",
        weights_licence="none published",
        weights="none are published; checkpoints of github.com/zxk688/CADFormer do not fit, as that code "
        "differs from its paper, which is followed here; build_model('cadformer') gives an untrained network",
        input_px=480,
        tokens=48,
        trained_on=("RRSIS-D", "RRSIS-HR"),
        parameters=259_841_555,
        published_parameters=272_390_000,
        deviation="the paper's count holds what its code never reads; cadformer.py accounts for the rest",
        metrics=METRICS["cadformer"],
    ),
    "mafn": SystemCard(
        system="mafn",
        paper="Multimodal-Aware Fusion Network for Referring Remote Sensing Image Segmentation",
        venue="IEEE Geoscience and Remote Sensing Letters",
        year=2025,
        reference="arXiv:2503.11183",
        repository="github.com/Roaxy/MAFN",
        code_licence="none stated",
        weights_licence="none stated",
        link="github.com/Roaxy/MAFN",
        weights="linked from github.com/Roaxy/MAFN; then: "
        "geoseg-text models convert CKPT --system mafn -o FOLDER",
        input_px=480,
        tokens=20,
        trained_on=("RRSIS-D",),
        parameters=295_898_663,
        published_parameters=350_056_899,
        deviation="what computes nothing is left out: the last stage's fusion, row 1 of the noise tables, "
        "the noise attention's key bias",
        metrics=METRICS["mafn"],
    ),
    "mafn-tiny": SystemCard(
        system="mafn",
        paper="Multimodal-Aware Fusion Network for Referring Remote Sensing Image Segmentation",
        venue="IEEE Geoscience and Remote Sensing Letters",
        year=2025,
        reference="arXiv:2503.11183",
        repository="this package",
        code_licence="Apache-2.0",
        weights_licence="Apache-2.0",
        weights="embedded in this package",
        input_px=256,
        tokens=48,
        trained_on=("synthetic scenes and open imagery: MODEL_CARD.md in the model folder",),
        own_gsd_range_m=(0.2, 1.2),
        parameters=16_868_775,
    ),
    "sbanet": SystemCard(
        system="sbanet",
        paper="Scale-wise Bidirectional Alignment Network for Referring Remote Sensing Image Segmentation",
        venue="arXiv",
        year=2025,
        reference="arXiv:2501.00851",
        code_licence="none published",
        weights_licence="none published",
        weights="none are published; build_model('sbanet') gives an untrained network",
        input_px=448,
        tokens=20,
        trained_on=("RRSIS-D", "RefSegRS"),
        parameters=266_773_626,
        deviation="neither code nor a count was published; sbanet.py names how the paper is read",
        metrics=METRICS["sbanet"],
    ),
}
"""Registered names; data that loads no torch."""


def availability(name: str) -> str:
    """Where the weights of a registered name are, in a word: ``embedded``, ``hub``, ``link`` or ``none``."""
    if (EMBEDDED / name).is_dir():
        return "embedded"
    card = SYSTEMS[name]
    return "hub" if card.hub else "link" if card.link else "none"
