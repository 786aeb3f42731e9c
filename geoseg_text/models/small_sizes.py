"""Every system at a size that takes no time: to try its code, not to learn or to answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

FAMILY: Mapping[str, Any] = {
    "window_px": 64,
    "tokens": 16,
    "width": 16,
    "depths": (1, 2, 1, 1),
    "heads": (1, 2, 4, 8),
    "attention_window": 8,
    "decoder_width": 16,
    "drop_path": 0.0,
    "text_vocabulary": 64,
    "text_width": 32,
    "text_layers": 1,
    "text_heads": 2,
    "text_hidden": 64,
    "text_positions": 64,
    "text_dropout": 0.0,
}
"""Sizes that systems share; those a configuration does not have are left out."""

SAM2: Mapping[str, Any] = {
    "vision_config": {
        "backbone_config": {
            "hidden_size": 16,
            "blocks_per_stage": [1, 1, 2, 1],
            "embed_dim_per_stage": [16, 32, 64, 128],
            "num_attention_heads_per_stage": [1, 2, 4, 8],
            "window_size_per_stage": [8, 4, 4, 4],
            "global_attention_blocks": [3],
            "window_positional_embedding_background_size": [4, 4],
        },
        "backbone_channel_list": [128, 64, 32, 16],
        "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]],
        "fpn_hidden_size": 32,
    },
    "prompt_encoder_config": {"hidden_size": 32, "image_size": 64},
    "mask_decoder_config": {
        "hidden_size": 32,
        "mlp_dim": 64,
        "num_attention_heads": 2,
        "iou_head_hidden_dim": 32,
    },
}
"""Small settings of transformers' SAM 2."""

GROUNDING_DINO: Mapping[str, Any] = {
    "backbone_config": {
        "embed_dim": 16,
        "depths": [1, 1, 1, 1],
        "num_heads": [1, 1, 2, 2],
        "window_size": 4,
        "drop_path_rate": 0.0,
    },
    "text_config": {
        "vocab_size": 1100,
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 64,
    },
    "d_model": 32,
    "num_queries": 10,
    "encoder_layers": 1,
    "encoder_ffn_dim": 64,
    "encoder_attention_heads": 4,
    "encoder_n_points": 2,
    "decoder_layers": 2,
    "decoder_ffn_dim": 64,
    "decoder_attention_heads": 4,
    "decoder_n_points": 2,
    "max_text_len": 32,
}
"""Small settings of transformers' Grounding DINO."""

_TRANSFORMER = {"hidden_size": 32, "num_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}

SAM3: Mapping[str, Any] = {
    "vision_config": {
        "backbone_config": {
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 112,
            "pretrain_image_size": 56,
            "window_size": 4,
            "global_attn_indexes": [1],
        },
        "fpn_hidden_size": 32,
        "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
    },
    "text_config": {
        "vocab_size": 128,
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "projection_dim": 16,
        "bos_token_id": 2,
        "eos_token_id": 3,
    },
    "geometry_encoder_config": _TRANSFORMER,
    "detr_encoder_config": _TRANSFORMER,
    "detr_decoder_config": {**_TRANSFORMER, "num_layers": 2, "num_queries": 6},
    "mask_decoder_config": {"hidden_size": 32, "num_attention_heads": 2},
}
"""Small settings of transformers' SAM 3."""

OWN: Mapping[str, Mapping[str, Any]] = {
    "rsam": {"guidance_heads": 2, "guidance_hidden": 64, "sam": SAM2},
    "grounded-sam2": {"detector_px": (128, 512), "detector": GROUNDING_DINO, "segmenter": SAM2},
    "sam3": {"instance_threshold": 0.0, "sam": SAM3},
    "lgce": {"enhancement_head_channels": 32},
    "rmsin": {"cim_width": 60, "cim_grid": 4, "cim_key_channels": 4},
    "fianet": {"enhancement_width": 24, "enhancement_depth": 2},
    "mafn": {"cim_width": 60, "cim_grid": 4, "cim_key_channels": 4, "noise_heads": 4, "noise_std": 0.02},
    "sbanet": {"query_tokens": 9, "aggregator_grid": 4},
    "cadformer": {
        "cim_width": 60,
        "cim_grid": 4,
        "cim_key_channels": 4,
        "decoder_heads": 2,
        "decoder_hidden": 32,
        "decoder_dropout": 0.0,
    },
}
"""Small sizes of one system."""


def small_sizes(name: str) -> dict[str, Any]:
    """What to give `build_model` for a small network of a registered name.

    Raises:
        InputError: the name is unknown.
    """
    from geoseg_text.models.registry import config_of

    config = config_of(name)
    fields = {field.name for field in dataclasses.fields(config)}
    chosen = {**FAMILY, **OWN.get(config.system, {})}
    return {key: value for key, value in chosen.items() if key in fields}
