"""All rules of meaning, run together on a board that validated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.storyboard import (
    rules_card,
    rules_chain,
    rules_cut,
    rules_deliver,
    rules_footage,
    rules_framing,
    rules_links,
    rules_model,
    rules_names,
    rules_pictures,
    rules_prompt,
    rules_routes,
    rules_sound,
)
from pipeline.storyboard.clips import BoardClip, reel
from pipeline.storyboard.finding import Finding
from pipeline.storyboard.fonts import BoardFont, type_case
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.model import Storyboard
from pipeline.storyboard.pictures import BoardPicture, album
from pipeline.storyboard.sounds import BoardSound, sound_shelf

MOST_FINDINGS = 2_000

Rule = Callable[[Ground], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    rules_names.ids_are_unique,
    rules_names.names_are_apart,
    rules_names.one_kind_of_picture,
    rules_card.colours_are_known,
    rules_links.frames_can_be_read,
    rules_links.links_lead_somewhere,
    rules_links.after_names_shots,
    rules_links.mentions_are_known,
    rules_links.nothing_waits_for_itself,
    rules_chain.matches_lead_somewhere,
    rules_chain.matches_end_somewhere,
    rules_chain.chains_are_short,
    rules_model.models_are_known,
    rules_card.cards_have_words,
    rules_card.cards_are_asked_nothing_else,
    rules_card.fonts_can_be_opened,
    rules_card.letters_are_in_the_font,
    rules_footage.clips_go_with_footage,
    rules_footage.clips_can_be_shown,
    rules_footage.clips_are_long_enough,
    rules_footage.footage_is_shown_as_it_is,
    rules_routes.routes_serve_the_model,
    rules_model.durations_can_be_made,
    rules_cut.transitions_are_known,
    rules_cut.holds_are_short_enough,
    rules_cut.transitions_fit,
    rules_framing.fades_meet_no_transition,
    rules_framing.fades_fit,
    rules_framing.focus_is_of_use,
    rules_model.frames_have_a_size,
    rules_model.shapes_can_be_made,
    rules_model.seeds_are_in_range,
    rules_model.inputs_go_together,
    rules_routes.references_can_be_sent,
    rules_pictures.pictures_can_be_read,
    rules_pictures.shown_references_have_pictures,
    rules_pictures.models_take_the_pictures,
    rules_prompt.prompts_say_something,
    rules_prompt.prompts_are_short_enough,
    rules_deliver.subtitles_can_be_read,
    rules_deliver.outputs_have_names_of_their_own,
    rules_deliver.outputs_have_a_size,
    rules_deliver.posters_are_frames,
    rules_deliver.there_is_something_to_read,
    rules_sound.sounds_can_be_heard,
    rules_sound.lines_say_something,
    rules_sound.moments_name_shots,
    rules_sound.sounds_are_in_the_film,
    rules_sound.voices_speak_one_by_one,
    rules_sound.voice_is_used,
    rules_names.references_are_used,
    rules_prompt.what_is_spoken_of_is_shown,
    rules_model.seeds_are_honoured,
)
"""Where two find something at one place, the earlier is told."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules found, and the files they looked at."""

    findings: tuple[Finding, ...]
    pictures: Mapping[str, BoardPicture]
    clips: Mapping[str, BoardClip]
    sounds: Mapping[str, BoardSound]
    fonts: Mapping[str, BoardFont]


def check(board: Storyboard, lines: Sequence[int], *, folder: Path, root: Path) -> Checked:
    """Run every rule.

    Args:
        board: a storyboard that validated.
        lines: where each shot begins, in the order of the cut.
        folder: where the board lies.
        root: the project's folder, which no picture may leave.
    """
    pictures, clips = album(folder, root), reel(folder, root)
    sounds, fonts = sound_shelf(folder, root), type_case(folder, root)
    ground = Ground.of(board, lines, pictures, clips, sounds, fonts)
    findings = [finding for rule in RULES for finding in rule(ground)]
    findings.sort(key=lambda finding: finding.severity)  # no warning may crowd out an error
    found = tuple(findings[:MOST_FINDINGS])
    return Checked(found, pictures.usable, clips.usable, sounds.usable, fonts.usable)
