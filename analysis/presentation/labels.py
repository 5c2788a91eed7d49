"""The words and numbers on axes, legends and tables, in German and English."""

from __future__ import annotations

import math

from matplotlib.ticker import FuncFormatter

from analysis.design import Language
from analysis.errors import ExportError, unknown

LANGUAGES: tuple[Language, ...] = ("de", "en")
MINUS, NARROW_SPACE = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}"

#: Key: German, English. Keys of result columns are the columns' names.
LABELS: dict[str, tuple[str, str]] = {
    "actor": ("Akteur", "actor"),
    "actors_named": (
        "Im selben Segment genannt (Zahl der Segmente)",
        "Named in the same segment (number of segments)",
    ),
    "actors_named_sentence": (
        "Im selben Satz genannt (Zahl der Nennungen)",
        "Named in the same sentence (number of mentions)",
    ),
    "actors_speaking": (
        "Spricht die Nennung selbst (Zahl der Nennungen)",
        "Speaks the mention (number of mentions)",
    ),
    "affirmed": ("bejaht", "affirmed"),
    "affirmed_of": ("{0} von {1} bejaht [{2}; {3}]", "{0} of {1} affirm [{2}; {3}]"),
    "against": ("gegen", "against"),
    "agencies": ("Agenturen", "agencies"),
    "all_documents": ("alle Dokumente zusammen", "all documents pooled"),
    "area_is_n": ("Fläche: Häufigkeit", "area: frequency"),
    "article": ("Artikel", "article"),
    "association": ("Assoziation: Log-Verhältnis (Basis 2)", "association: log ratio (base 2)"),
    "association_reference": ("Assoziation Referenz", "association reference"),
    "association_target": ("Assoziation Ziel", "association target"),
    "begin": ("von", "from"),
    "by_rule": ("nach den Regeln (roh)", "by the rules (raw)"),
    "checked": ("geprüft", "checked"),
    "choice": ("Wahl", "choice"),
    "choice_headlines": ("Überschriften", "headlines"),
    "choice_pooling": ("Texte zusammenfassen", "pooling of texts"),
    "choice_quotations": ("Zitate", "quotations"),
    "choice_stop_words": ("Stoppwörter", "stop words"),
    "choice_target": ("Gegenstand", "target"),
    "choice_tier": ("Stufe der Lexeme", "tier"),
    "choice_unit": ("Einheit", "unit"),
    "choice_weight": ("Wiederholungen", "repeats"),
    "chosen_number": ("gewählt:", "chosen:"),
    "claim": ("Behauptung", "claim"),
    "claim_fails": ("Behauptung gilt nicht", "claim does not hold"),
    "claim_holds": (
        "Gilt in {0} von {1} Spezifikationen ({2} %): {3} bis {4}, Median {5}.",
        "Holds in {0} of {1} specifications ({2} %): {3} to {4}, median {5}.",
    ),
    "coders": ("Codierende", "coders"),
    "coefficient": ("Koeffizient", "coefficient"),
    "collocate": ("Kollokat", "collocate"),
    "compared": ("verglichen", "compared"),
    "comparison": ("Vergleich", "comparison"),
    "confusion_n": ("Nennungen", "mentions"),
    "corrected_interval": ("korrigiert, mit 95-%-Intervall", "corrected, with 95 % interval"),
    "correlation": ("Korrelation", "correlation"),
    "counted_as": ("gezählt", "counted"),
    "counts_right": ("Rechts:", "Right:"),
    "curve_default": ("Voreinstellung", "default"),
    "date_inferred": ("Uhrzeit gegeben, Tag erschlossen", "time given, day inferred"),
    "default": ("Voreinstellung", "default"),
    "descriptive": (
        "Beschreibend: ein Unterschied zwischen diesen Texten, kein Test.",
        "Descriptive: a difference between these texts, not a test.",
    ),
    "difference": ("Differenz", "difference"),
    "difference_frame_setting": (
        "Differenz der Anteile der Erzählstimme",
        "difference of the narrator’s shares",
    ),
    "difference_net_assertion": ("Differenz der Nettobehauptung", "difference of net assertion"),
    "difference_rate": ("relative Differenz der Raten", "relative difference of rates"),
    "difference_share": ("Differenz der Anteile", "difference of shares"),
    "dispersion": ("Streuung", "dispersion"),
    "distance_frame_setting": (
        "Anteil der Erzählstimme: Abstand von {0}",
        "narrator’s share: distance from {0}",
    ),
    "distance_net_assertion": (
        "Nettobehauptung: Abstand von {0}",
        "net assertion: distance from {0}",
    ),
    "distance_rate": ("je 1000 Tokens: Abstand von {0}", "per 1000 tokens: distance from {0}"),
    "distance_share": (
        "Anteil an den Nennungen: Abstand von {0}",
        "share of mentions: distance from {0}",
    ),
    "doc_id": ("Dokument", "document"),
    "document_mean": ("Mittel der Dokumente", "mean of documents"),
    "dp": ("DP", "DP"),
    "dp_egbert": ("DP (Egbert)", "DP (Egbert)"),
    "dp_norm": ("DP normiert", "DP normalised"),
    "edge": ("Kante", "edge"),
    "effect_reason": ("Grund (Effekt)", "reason (effect)"),
    "effect_status": ("Status (Effekt)", "status (effect)"),
    "end": ("bis", "to"),
    "estimate": ("mit allen", "with all"),
    "evenness": (
        "Gleichmäßigkeit im häufigeren Ereignis",
        "evenness in the more frequent event",
    ),
    "evenness_explained": (
        "Gleichmäßigkeit: 0 nur in einem Dokument, 1 wie die Längen der Dokumente.",
        "Evenness: 0 in one document only, 1 as the lengths of the documents.",
    ),
    "event": ("Ereignis", "event"),
    "exclusivity": ("FREX", "FREX"),
    "explicit": ("Tag und Uhrzeit gegeben", "day and time given"),
    "floor": ("häufigster Code allein", "commonest code alone"),
    "frame": ("Frame", "frame"),
    "frame_posts": ("Beiträge", "posts"),
    "g2": ("G²", "G²"),
    "g2_four_cell": ("G² (vier Zellen)", "G² (four cells)"),
    "gold": ("von Hand", "by hand"),
    "herfindahl": ("Herfindahl", "Herfindahl"),
    "herfindahl_reason": ("Grund (Herfindahl)", "reason (Herfindahl)"),
    "herfindahl_status": ("Status (Herfindahl)", "status (Herfindahl)"),
    "high": ("obere Grenze", "upper limit"),
    "highest": ("höchste", "highest"),
    "in_all": ("insgesamt", "in all"),
    "interval_df": ("Freiheitsgrade", "degrees of freedom"),
    "intervals_conditional": (
        "Intervalle (Wilson): nur für diese Texte.",
        "Intervals (Wilson): for these texts only.",
    ),
    "keyness": ("Keyness", "keyness"),
    "keywords_documents": ("Dokumente als Einheiten", "documents as units"),
    "keywords_words": (
        "Keywords, Wörter als Einheiten (G², Bonferroni 0,05)",
        "keywords, words as units (G², Bonferroni .05)",
    ),
    "kind": ("Textsorte", "kind"),
    "layer": ("Ebene", "layer"),
    "layer_frame": ("Frame", "frame"),
    "layer_polarity": ("Polarität", "polarity"),
    "layer_quotes": ("Redewiedergabe", "quotation"),
    "layer_speaker": ("Sprecher", "speaker"),
    "layer_target": ("Gegenstand", "target"),
    "layer_token_direct": ("Wörter direkt", "words, direct"),
    "layer_token_indirect": ("Wörter indirekt", "words, indirect"),
    "layer_voice": ("Stimme", "voice"),
    "lemma": ("Lemma", "lemma"),
    "live_ticker": ("Liveticker", "live ticker"),
    "log_dice": ("logDice", "logDice"),
    "log_ratio": ("Log-Verhältnis (Basis 2)", "log ratio (base 2)"),
    "loo_high": ("ohne ein Dokument, höchstens", "without one document, at most"),
    "loo_low": ("ohne ein Dokument, mindestens", "without one document, at least"),
    "loo_reason": ("Grund (ohne eines)", "reason (without one)"),
    "loo_status": ("Status (ohne eines)", "status (without one)"),
    "low": ("untere Grenze", "lower limit"),
    "lowest": ("niedrigste", "lowest"),
    "lrc": ("LRC", "LRC"),
    "marks_of": ("Ein Zeichen: bis zu {0} Nennungen", "One mark: up to {0} mentions"),
    "max_t": ("max-T", "max-T"),
    "mean": ("Mittel", "mean"),
    "mean_fits": ("Mittel der Anpassungen", "mean of the fits"),
    "mean_position": ("mittlerer Ort", "mean position"),
    "measure": ("Maß", "measure"),
    "media_reason": ("Grund („die Medien“)", "reason (“the media”)"),
    "media_status": ("Status („die Medien“)", "status (“the media”)"),
    "median": ("Median", "median"),
    "mentions": ("Nennungen", "mentions"),
    "mentions_no_claims": (
        "Nennungen, nicht Behauptungen: wer spricht und ob verneint wird, zeigt 07_voices.",
        "Mentions, not claims: 07_voices shows who speaks and what is denied.",
    ),
    "mentions_there": ("Nennungen darin", "mentions in these"),
    "metric": ("Maß", "metric"),
    "metric_accuracy": ("Treffer", "accuracy"),
    "metric_f1": ("F1", "F1"),
    "middle_fits": ("mittlere 95 % der Anpassungen", "middle 95 % of the fits"),
    "most_influential": ("hängt an", "hangs on"),
    "most_moving": ("am meisten bewegt", "moved most by"),
    "moved_most": ("Am meisten bewegt durch: {0} ({1}).", "Moved most by: {0} ({1})."),
    "moves_by": ("bewegt um", "moves by"),
    "n": ("n", "n"),
    "n_actor": ("n Akteur", "n actor"),
    "n_affirmed": ("n bejaht", "n affirmed"),
    "n_below_words": ("G²: p < 0,05", "G²: p < .05"),
    "n_collocate": ("n Kollokat", "n collocate"),
    "n_cumulative": ("n kumuliert", "n, cumulative"),
    "n_documents": ("Dokumente", "documents"),
    "n_documents_joint": ("Dokumente gemeinsam", "documents joint"),
    "n_documents_reference": ("Dokumente Referenz", "documents reference"),
    "n_documents_target": ("Dokumente Ziel", "documents target"),
    "n_documents_total": ("Dokumente gesamt", "documents in all"),
    "n_effective": ("wirksame Zahl der Sprecher", "effective number of speakers"),
    "n_estimable": ("schätzbar", "estimable"),
    "n_expected": ("n erwartet", "n expected"),
    "n_extreme": ("so extreme Vertauschungen", "relabellings as extreme"),
    "n_frame": ("n Frame", "n frame"),
    "n_joint": ("n gemeinsam", "n joint"),
    "n_joint_reference": ("n gemeinsam Referenz", "n joint reference"),
    "n_joint_target": ("n gemeinsam Ziel", "n joint target"),
    "n_keywords_documents": ("Keywords (Dokumente)", "keywords (documents)"),
    "n_keywords_words": ("Keywords (Wörter)", "keywords (words)"),
    "n_mentions": ("Nennungen", "mentions"),
    "n_narrator": ("n Text selbst", "n text itself"),
    "n_negated": ("n verneint", "n negated"),
    "n_node": ("Tokens beim Knoten", "tokens near the node"),
    "n_open": ("n offen", "n left open"),
    "n_posts": ("Beiträge", "posts"),
    "n_posts_with": ("Beiträge mit Nennung", "posts with a mention"),
    "n_raw": ("n ungewichtet", "n unweighted"),
    "n_raw_reference": ("n Referenz ungewichtet", "n reference unweighted"),
    "n_raw_target": ("n Ziel ungewichtet", "n target unweighted"),
    "n_reference": ("n Referenz", "n reference"),
    "n_relabellings": ("Vertauschungen", "relabellings"),
    "n_repeated_across": ("Tokens anderswo wiederholt", "tokens repeated elsewhere"),
    "n_repeated_within": ("Tokens im Dokument wiederholt", "tokens repeated in the document"),
    "n_repeats": ("Segmente in Gruppen", "segments in groups"),
    "n_segments": ("Segmente", "segments"),
    "n_speakers": ("Sprecher", "speakers"),
    "n_specifications": ("Spezifikationen", "specifications"),
    "n_splits_possible": ("mögliche Teilungen", "possible splits"),
    "n_target": ("n Ziel", "n target"),
    "n_term": ("Segmente mit dem Term", "segments with the term"),
    "n_terms": ("Terme", "terms"),
    "n_testable": ("prüfbare Terme", "testable terms"),
    "n_tokens": ("Wörter (Tokens)", "word tokens"),
    "n_tokens_across": ("Tokens, gewichtet über alle", "tokens, weighted over all"),
    "n_tokens_cumulative": ("Tokens kumuliert", "tokens, cumulative"),
    "n_tokens_within": ("Tokens, im Dokument gewichtet", "tokens, weighted in the document"),
    "n_topics": ("Zahl der Themen", "number of topics"),
    "n_total": ("n gesamt", "n in all"),
    "n_units": ("Nennungen", "mentions"),
    "n_unknown": ("n ungenannt", "n not named"),
    "n_with_frame": ("Segmente mit dem zweiten", "segments with the second"),
    "n_words": (r"Wörter (\w+)", r"words (\w+)"),
    "n_words_file": (r"Wörter der Datei (\w+)", r"words of the file (\w+)"),
    "negated": ("verneint", "negated"),
    "net": ("Nettobehauptung", "net assertion"),
    "never_together": ("Ohne Zeichen: dort nie gemeinsam.", "No mark: never together there."),
    "no_mentions": ("keine Nennung", "no mention"),
    "no_stable_number": (
        "Keine Themenzahl erreicht beide Schwellen.",
        "No number of topics reaches both thresholds.",
    ),
    "node": ("Knoten", "node"),
    "noise_explained": (
        "Teilungen stellen Dokumente eines Ereignisses gegeneinander: mit dem Ereignis"
        " haben Keywords dort nichts zu tun.",
        "Splits set documents of one event against each other: keywords there are not due"
        " to the event.",
    ),
    "none": ("nicht in einem Beitrag", "not in a post"),
    "none_affirmed": ("keine von {1} bejaht [{2}; {3}]", "none of {1} affirm [{2}; {3}]"),
    "not_drawn": ("Nicht gezeichnet –", "Not drawn –"),
    "not_estimable": ("nicht schätzbar", "not estimable"),
    "not_the_media": (
        "{0}: „die Medien rahmten“ lässt sich so nicht sagen.",
        "{0}: this does not carry “the media framed”.",
    ),
    "nothing_significant": (
        "Nichts hier darf signifikant heißen.",
        "Nothing here may be called significant.",
    ),
    "npmi": ("NPMI", "NPMI"),
    "ok": ("geschätzt", "estimated"),
    "one_document": ("ein Dokument", "one document"),
    "open": ("offen", "open"),
    "option": ("Option", "option"),
    "option_headlines_in": ("mit Überschriften", "with headlines"),
    "option_headlines_out": ("ohne Überschriften", "without headlines"),
    "option_pooling_mean": ("Mittel der Texte", "mean of texts"),
    "option_pooling_pooled": ("Texte zusammen", "texts pooled"),
    "option_quotations_in": ("mit Zitaten", "with quotations"),
    "option_quotations_out": ("ohne Zitate", "without quotations"),
    "option_stop_words_in": ("mit Stoppwörtern", "with stop words"),
    "option_stop_words_out": ("ohne Stoppwörter", "without stop words"),
    "option_target_all": ("jeder Gegenstand", "any target"),
    "option_target_summit": ("nur zum Gipfel", "summit only"),
    "option_tier_core": ("Kernlexeme", "core lexemes"),
    "option_tier_core_near": ("auch nahe Lexeme", "near lexemes, too"),
    "option_unit_mention": ("jede Nennung", "each mention"),
    "option_unit_segment": ("Segment einmal", "segment once"),
    "option_weight_across": ("Wdh. überall geteilt", "repeats split anywhere"),
    "option_weight_none": ("Wdh. zählen voll", "repeats count fully"),
    "option_weight_within": ("Wdh. im Text geteilt", "repeats split in a text"),
    "order_only": ("nur Reihenfolge, ohne Uhrzeit", "order only, no times"),
    "outlet": ("Medium", "outlet"),
    "outlet_unknown": ("Medium unbekannt", "outlet unknown"),
    "outside_posts": ("Nennungen außerhalb der Beiträge", "mentions outside the posts"),
    "p_adjusted": ("p korrigiert", "p corrected"),
    "p_floor": ("kleinstes mögliches p", "smallest possible p"),
    "p_of_median": (
        "p = {0} (einseitig, Median aller Spezifikationen, Dokumente vertauscht;"
        " kleinstmöglich {1}).",
        "p = {0} (one-sided, median of all specifications, documents relabelled; floor {1}).",
    ),
    "p_reason": ("Grund (p)", "reason (p)"),
    "p_status": ("Status (p)", "status (p)"),
    "p_value": ("p", "p"),
    "pair_estimable": ("ab 5: Zahl, darunter NPMI", "from 5 on: count, NPMI below"),
    "pair_refused": ("unter 5: nicht schätzbar", "below 5: not estimable"),
    "per_1000": ("je 1000 Tokens", "per 1000 tokens"),
    "per_1000_reference": ("je 1000 Referenz", "per 1000 reference"),
    "per_1000_target": ("je 1000 Ziel", "per 1000 target"),
    "per_million": ("je 1 Mio. Tokens", "per million tokens"),
    "place": ("Stelle im Dokument (Prozent)", "place in the document (per cent)"),
    "polarity": ("Polarität", "polarity"),
    "polarity_affirmed": ("bejaht", "affirmed"),
    "polarity_negated": ("verneint", "negated"),
    "polarity_open": ("offen", "left open"),
    "pooled": ("zusammen", "pooled"),
    "population_finite": (
        "Intervalle: nur für die Nennungen dieser Texte.",
        "Intervals: for the mentions of these texts alone.",
    ),
    "population_superpopulation": (
        "Intervalle: für Texte wie diese, wenn die Nennungen eine Zufallsstichprobe sind.",
        "Intervals: for texts like these, if the mentions are a random sample.",
    ),
    "post_order": ("Rang des Beitrags (1: der älteste)", "rank of the post (1: the oldest)"),
    "posted_at": ("Uhrzeit des Beitrags (Ortszeit des Mediums)", "time of post (outlet's time)"),
    "predicted": ("nach Regel", "by rule"),
    "quality": ("Übereinstimmung mit der Handcodierung", "agreement with coding by hand"),
    "range": ("Dokumente mit dem Term", "documents with the term"),
    "rank": ("Rang", "rank"),
    "reason": ("Grund", "reason"),
    "reference": ("Referenz", "reference"),
    "repeats": ("Wiederholungen", "repeats"),
    "rests_on": ("beruht auf", "rests on"),
    "runs_high": ("Anpassungen, bis", "fits, to"),
    "runs_low": ("Anpassungen, von", "fits, from"),
    "runs_same_sign": ("Anpassungen mit gleichem Vorzeichen", "fits with the same sign"),
    "seed_id": ("Wortliste", "list of words"),
    "segments": ("Segmente", "segments"),
    "share": ("Anteil", "share"),
    "share_across": ("Anteil anderswo wiederholt", "share repeated elsewhere"),
    "share_found": ("Anteil an den gefundenen Nennungen", "share of the mentions found"),
    "share_mentions": ("Anteil an den Frame-Nennungen", "share of frame mentions"),
    "share_reference": ("Anteil Referenz", "share reference"),
    "share_same_sign": ("Anteil, in dem sie gilt", "share in which it holds"),
    "share_target": ("Anteil Ziel", "share target"),
    "share_tokens": ("Anteil der Tokens", "share of tokens"),
    "share_topic": ("Anteil des Themas am Dokument", "share of the topic in the document"),
    "share_within": ("Anteil im Dokument wiederholt", "share repeated in the document"),
    "short_documents": ("Dok.", "docs"),
    "sign_holds": ("Vorzeichen hält", "sign holds"),
    "size_reference": ("Tokens Referenz", "tokens reference"),
    "size_target": ("Tokens Ziel", "tokens target"),
    "smaller_repeat": (
        "Kleinere Zeichen: Wiederholungen, die weniger zählen.",
        "Smaller marks: repeats, which count less.",
    ),
    "source": ("Daten", "data"),
    "source_mentions": ("Frame-Nennungen", "Frame mentions"),
    "source_quotes": ("Redewiedergabe (WikiNews)", "Quotations (WikiNews)"),
    "speaker": ("Sprecher", "speaker"),
    "specifications_sorted": (
        "{0} Spezifikationen, nach Schätzung geordnet",
        "{0} specifications, sorted by estimate",
    ),
    "split": ("Teilung", "split"),
    "split_within": ("Teilung eines Ereignisses", "split of one event"),
    "splits": ("Teilungen", "splits"),
    "spread": ("bewegt um", "moves by"),
    "stability": ("Stabilität", "stability"),
    "stability_documents": ("Ohne je ein Dokument", "Without one document each"),
    "stability_seeds": ("Andere Startwerte", "Other random starts"),
    "stability_subsamples": ("80 % der Segmente", "80 % of the segments"),
    "status": ("Status", "status"),
    "status_corrected": ("Keine Korrektur:", "No correction:"),
    "status_effect": ("Kein Effekt des Ereignisses:", "No effect of the event:"),
    "status_interval": ("Keine Intervalle:", "No intervals:"),
    "status_one_p_value": ("Kein p-Wert:", "No p-value:"),
    "status_p_value": ("Keine p-Werte:", "No p-values:"),
    "status_specifications": ("Nicht schätzbar:", "Not estimable:"),
    "status_trend": ("Kein Verlauf:", "No trend:"),
    "strips_explained": (
        "Streifen: je dunkler, desto mehr der Spezifikationen an dieser Stelle wählen die Option;"
        " rechts der Abstand der Optionen im Mittel.",
        "Strips: the darker, the more of the specifications at that place take the option;"
        " at the right, how far apart the options’ means are.",
    ),
    "target": ("Ziel", "target"),
    "term": ("Term", "term"),
    "the_comparison": ("Vergleich der Ereignisse", "comparison of the events"),
    "these_texts": (
        "{0} Texte; nichts hier gilt über sie hinaus.",
        "{0} texts; nothing here goes beyond them.",
    ),
    "threshold": ("Schwelle", "threshold"),
    "tier": ("Stufe", "tier"),
    "timeless_posts": ("Beiträge ohne Uhrzeit", "posts without a time"),
    "tokens": ("Tokens", "tokens"),
    "top_speaker": ("häufigster Sprecher", "commonest speaker"),
    "topic": ("Thema", "topic"),
    "topics_not_chosen": (
        "Diese Zahl der Themen ist nicht die als stabil gewählte: nur zur Anschauung.",
        "This number of topics is not the one chosen as stable: an illustration only.",
    ),
    "ts_quality": ("Zeitangabe", "time"),
    "u_mass": ("u_mass", "u_mass"),
    "unit": ("Einheit", "unit"),
    "unrelated_lists": ("Listen ohne Beziehung", "unrelated lists"),
    "value": ("Wert", "value"),
    "value_affirmed": ("bejaht", "affirmed"),
    "value_direct": ("direkt", "direct"),
    "value_indirect": ("indirekt", "indirect"),
    "value_interval": ("Wert mit 95-%-Intervall", "value with 95 % interval"),
    "value_narrator": ("Erzählstimme", "narrator"),
    "value_negated": ("verneint", "negated"),
    "value_open": ("offen", "open"),
    "value_other": ("anderes", "other"),
    "value_reference": ("Wert Referenz", "value reference"),
    "value_summit": ("Gipfel", "summit"),
    "value_target": ("Wert Ziel", "value target"),
    "value_yes": ("ist eine Nennung", "is a mention"),
    "voice": ("Stimme", "voice"),
    "voice_band": ("eigene Worte des Textes", "the text’s own words"),
    "voice_narrator": ("Text selbst", "text itself"),
    "voice_others": ("andere", "others"),
    "voice_unknown": ("ungenannt", "not named"),
    "voices_explained": (
        "Ein Zeichen je Nennung; in Klammern Wilsons 95-%-Intervall, bedingt auf diese Texte.",
        "One mark per mention; in brackets Wilson’s 95 % interval, conditional on these texts.",
    ),
    "weight": ("Gewicht im Thema", "weight in the topic"),
    "with_frame": ("zweiter Frame", "second frame"),
    "without": ("ohne", "without"),
    "without_high": ("ohne ein Dokument, bis", "without a document, to"),
    "without_low": ("ohne ein Dokument, von", "without a document, from"),
}


def label(key: str, language: Language) -> str:
    """Give the word for a key.

    Parameters
    ----------
    key : str
        A key of `LABELS`.
    language : {"de", "en"}
        The language of the figure.

    Raises
    ------
    ExportError
        If the key or the language is unknown; with all allowed ones.

    Examples
    --------
    >>> label("outlet", "de"), label("outlet", "en")
    ('Medium', 'outlet')
    """
    check_language(language)
    if key not in LABELS:
        raise ExportError(f"labels.py: {unknown('label', key, LABELS)}")
    return LABELS[key][LANGUAGES.index(language)]


def check_language(language: str) -> None:
    """Raise `ExportError` unless a language has labels."""
    if language not in LANGUAGES:
        raise ExportError(f"labels.py: {unknown('language', language, LANGUAGES)}")


def format_number(value: float, language: Language, *, digits: int | None = None) -> str:
    """Write a number as the language does; it is rounded here and nowhere before.

    Parameters
    ----------
    value : float
        Any finite number, or NaN.
    language : {"de", "en"}
        German: decimal comma, narrow no-break space between thousands.
    digits : int, optional
        Decimal places; without it, as many as the number has (at most ten digits).

    Returns
    -------
    str
        With a true minus sign; NaN gives an en dash.

    Examples
    --------
    >>> format_number(-0.25, "de")
    '−0,25'
    >>> format_number(12345.678, "en", digits=1)
    '12,345.7'
    """
    check_language(language)
    if math.isnan(value):
        return "–"
    text = f"{value:,.{digits}f}" if digits is not None else _shortest(value)
    if not any(digit in text for digit in "123456789"):
        text = text.removeprefix("-")
    if language == "de":
        text = text.translate({ord(","): NARROW_SPACE, ord("."): ","})
    return text.replace("-", MINUS)


def _shortest(value: float) -> str:
    """Write a number without the noise of its last bits, as ticks at 0.1 + 0.2 have it."""
    whole, _, decimals = f"{value:,.10f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def tick_format(language: Language) -> FuncFormatter:
    """Give the formatter of a numeric axis.

    Examples
    --------
    >>> tick_format("de")(0.30000000000000004, 0)
    '0,3'
    """
    check_language(language)
    return FuncFormatter(lambda value, _position: format_number(value, language))
