"""What Engo changes in XS: the repairs, in the order they are applied.

One module per repair; this file only lists them and applies them to a tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Final

from native.xs.repairs.model import Edit, Repair, RepairError, apply

__all__ = ["REPAIRS", "Edit", "Repair", "RepairError", "apply", "apply_all"]

_ORDER: Final = (
    "s01_host_objects_are_no_buffers",
    "s02_typed_array_stores",
    "s03_bulk_lengths_and_offsets",
    "s04_array_buffer_lengths",
    "s05_atomics_index",
    "s06_base64_size",
    "s07_text_decoder_rest",
    "s08_collector_stack",
    "s09_yield_in_arrow",
    "s10_regexp_quantifier",
    "s11_array_from_indices",
    "s12_array_items_keep_their_flags",
    "s13_named_groups_once",
    "s14_text_sizes",
    "s15_global_names",
    "s16_array_shortcuts",
    "s17_petrified_stays",
    "s18_generator_kinds",
    "s19_iterator_results",
    "s20_harden_commits",
    "s21_host_objects_again",
    "s22_super_constructor",
    "s24_code_sizes",
    "a01_big_bigint",
    "c03_override",
    "c04_date_constructor",
    "c05_module_graphs",
    "c06_load_hook",
    "s23_module_slots",  # in what c05 wrote
    "c07_regexp_quantifiers",
    "c08_regexp_negated_class",
    "c09_class_static_new",
    "c10_nan_payload",
    "c11_missing_arguments",
    "c12_decode_uri",
    "c13_nested_parentheses",
    "c14_for_await_close",
    "c15_bare_import",
    "c16_star_local",
    "c17_for_init_in",
    "c18_string_names",
    "c19_import_attributes",
    "c20_shared_globals",
    "c21_case_statements",
    "c22_member_names",
    "c23_after_arrows",
    "c24_catch_var",
    "c25_legacy_decimals",
    "c26_regexp_annex_b",
    "c27_long_literals",
    "c28_own_name",
    "c29_direct_eval",
    "c30_early_errors",
    "c31_character_planes",
    "c40_number_rounding",
    "c41_abandoned_return",
    "c42_parse_int",
    "c43_string_positions",
    "c44_array_lengths",
    "c45_date_range",
    "c46_regexp_text",
    "c47_json_empty",
    "c48_nul_and_latin",
    "c49_hypot",
    "c50_whole_arguments",
    "c51_callback_undefined",
    "c52_round",
    "c53_freeze_deep",
    "d01_message_prefix",
    "d02_no_function",
    "v01_heap_growth",
    "v02_string_records",
    "v03_regexp_offsets",
    "v04_single_characters",
    "v05_fresh_chunks",
    "v06_property_index",
    "v07_name_hash",
    "v08_for_in",
    "v09_index_keys",
    "v10_map_delete",
    "v11_bigint",
    "v15_bigint_products",
    "v20_snapshot_reading",
    "v12_hoisted_setjmp",
    "v13_value_halves",
    "v14_parser_arena",
    "v16_weak_entries",
    "w01_extensions",
    "w03_firm_chunks",
    "w04_hidden_slots",
    # Last: what asks for the host's interrupt goes into whatever loop is there.
    "m01_native_loops_ask",
    "m03_collector_asks",
    "m04_property_walks_ask",
    "m05_bigint_asks",
    "m06_string_searches_ask",
    "m07_parser_asks",
    "m08_normalize_asks",
    "m09_stringify_asks",
    "m10_regexp_asks",
    "m11_texts_ask",
    "m12_typed_arrays_ask",
    "m13_wide_meter",
)


def _load(name: str) -> Repair:
    repair = import_module(f"{__name__}.{name}").REPAIR
    if not isinstance(repair, Repair) or repair.name != name:
        raise RepairError(
            f"{name}.py: expected REPAIR to be a Repair named {name!r}; "
            "give it the name of its module"
        )
    return repair


REPAIRS: Final[tuple[Repair, ...]] = tuple(_load(name) for name in _ORDER)


def chosen(leave_out: Iterable[str] = ()) -> tuple[Repair, ...]:
    """The repairs without some; a repair is named in full or as in `s01`.

    `all` leaves what the wasm linker needs: the engine to compare with.
    """
    left = REPAIRS
    if tuple(leave_out) == ("all",):
        return tuple(repair for repair in left if repair.name == "w01_extensions")
    for name in leave_out:
        rest = tuple(
            repair
            for repair in left
            if name not in (repair.name, repair.name.partition("_")[0])
        )
        if len(rest) == len(left):
            raise RepairError(
                f"expected the name of a repair to leave out, came {name!r}; "
                "`python -m native.xs.repairs --table` lists them"
            )
        left = rest
    return left


def apply_all(tree: Path, leave_out: Iterable[str] = ()) -> list[str]:
    """Repair an unpacked engine in place; what was done, a line per repair.

    Bytes outside the edits stay as they are, line ends too.
    """

    def read(file: str) -> str:
        path = tree / file
        if not path.is_file():
            raise RepairError(
                f"expected {file} in the unpacked engine, it is missing; "
                "is this the `moddable` folder of the pinned package?"
            )
        return path.read_bytes().decode("utf-8", "surrogateescape")

    def write(file: str, text: str) -> None:
        (tree / file).write_bytes(text.encode("utf-8", "surrogateescape"))

    return [apply(repair, read, write) for repair in chosen(leave_out)]
