"""Anchored edits of the packages that are `Intl`; see edits.py for what they are.

Patterns of ranges of dates take most of the memory of all patterns and nearly nobody
asks for them, so they are made when they are asked for; and the choice among 760
patterns, which every formatter of dates makes, gives up early on those that cannot
win. Two more keep a short text from taking a machine's time or memory.
"""

from typing import Final

from engo.bootstrap.edits import Edit

_DATES: Final = "@formatjs/intl-datetimeformat/index.js"
_LISTS: Final = "@formatjs/intl-listformat/index.js"
_DECIMALS: Final = "@formatjs/bigdecimal/index.js"

INTL_EDITS: Final = (
    Edit(
        _DATES,
        "Patterns of one calendar have a prototype that makes their ranges when "
        "somebody looks.",
        "function splitFallbackRangePattern(pattern) {\n",
        "function rangesLater(intervals) {\n"
        "	const made = new WeakMap();\n"
        "	const ranges = (format) => {\n"
        "		const { skeleton, rawPattern } = format;\n"
        "		if (!made.has(format)) made.set(format, parseDateTimeSkeleton("
        "skeleton, rawPattern, intervals[skeleton] || "
        "findIntervalFormat(skeleton, intervals), "
        "intervals.intervalFormatFallback));\n"
        "		return made.get(format);\n"
        "	};\n"
        "	const prototype = rangesOf(Object.create(null), ranges);\n"
        "	return (skeleton, rawPattern) => {\n"
        "		const format = parseDateTimeSkeleton(skeleton, rawPattern);\n"
        "		delete format.rangePatterns;\n"
        "		delete format.rangePatterns12;\n"
        "		return Object.setPrototypeOf(format, prototype);\n"
        "	};\n"
        "}\n"
        "function rangesOf(target, ranges) {\n"
        '	for (const name of ["rangePatterns", "rangePatterns12"]) '
        "Object.defineProperty(target, name, "
        "{ configurable: true, get() { return ranges(this)[name]; } });\n"
        "	return target;\n"
        "}\n"
        "function splitFallbackRangePattern(pattern) {\n",
    ),
    Edit(
        _DATES,
        "All patterns of a calendar are such ones.",
        ".map((skeleton) => parseDateTimeSkeleton(skeleton, "
        "formats[calendar][skeleton], "
        "calendarIntervals[skeleton] || "
        "findIntervalFormat(skeleton, calendarIntervals), "
        "calendarIntervals.intervalFormatFallback))",
        ".map((skeleton) => later(skeleton, formats[calendar][skeleton]))",
    ),
    Edit(
        _DATES,
        "What makes them, once for a calendar.",
        "			let parsed;\n"
        "			Object.defineProperty(processedData.formats, calendar, {\n",
        "			let parsed;\n"
        "			const later = rangesLater(calendarIntervals);\n"
        "			Object.defineProperty(processedData.formats, calendar, {\n",
    ),
    Edit(
        _DATES,
        "The fields of a pattern are found again when it is chosen: of 760 patterns "
        "few ever are.",
        "	patternFields.set(result, fields);\n",
        "",
    ),
    Edit(
        _DATES,
        "The pattern that fits best is a copy: of its ranges too only when asked.",
        "	patternFormat.rangePatterns = skeletonFormat.rangePatterns;\n"
        "	patternFormat.rangePatterns12 = skeletonFormat.rangePatterns12;\n",
        "	rangesOf(patternFormat, () => bestFormat);\n",
    ),
    Edit(
        _DATES,
        "The other way to choose a pattern copied it too, and nobody changes it.",
        "	return { ...bestFormat };\n",
        "	return bestFormat;\n",
    ),
    Edit(
        _DATES,
        "A formatter asks for the ranges of its pattern when it formats the first.",
        "			rangePatterns = bestFormat.rangePatterns12;\n",
        "			rangePatterns = () => bestFormat.rangePatterns12;\n",
    ),
    Edit(
        _DATES,
        "The same with 24 hours.",
        "			rangePatterns = bestFormat.rangePatterns;\n",
        "			rangePatterns = () => bestFormat.rangePatterns;\n",
    ),
    Edit(
        _DATES,
        "The same without hours.",
        "\n		rangePatterns = bestFormat.rangePatterns;\n",
        "\n		rangePatterns = () => bestFormat.rangePatterns;\n",
    ),
    Edit(
        _DATES,
        "And the property that it looks at.",
        "	internalSlots.rangePatterns = rangePatterns;\n",
        '	Object.defineProperty(internalSlots, "rangePatterns", '
        "{ enumerable: true, get: rangePatterns });\n",
    ),
    Edit(
        _DATES,
        "Points are only ever taken away, so what has not more than the best so far "
        "cannot win any more.",
        "function bestFitFormatMatcherScore(options, format) {\n",
        "function bestFitFormatMatcherScore(options, format, best) {\n",
    ),
    Edit(
        _DATES,
        "The same, where points are taken away.",
        "	for (const prop of DATE_TIME_PROPS) {\n"
        "		const optionsProp = options[prop];\n"
        "		const formatProp = format[prop];\n"
        "		if (optionsProp === void 0 && formatProp !== void 0) score -= 20;\n",
        "	for (const prop of DATE_TIME_PROPS) {\n"
        "		if (score <= best) return score;\n"
        "		const optionsProp = options[prop];\n"
        "		const formatProp = format[prop];\n"
        "		if (optionsProp === void 0 && formatProp !== void 0) score -= 20;\n",
    ),
    Edit(
        _DATES,
        "The same, where the best so far is known.",
        "		const score = bestFitFormatMatcherScore(options, format);\n",
        "		const score = bestFitFormatMatcherScore(options, format, bestScore);\n",
    ),
    Edit(
        _LISTS,
        "A list is put together from its begin to its end; the published text copies "
        "what it has for each element, so that 20,000 took longer than a crank may.",
        "	let parts = {\n"
        '		type: "element",\n'
        "		value: list[size - 1]\n"
        "	};\n",
        "	const cut = (template) => {\n"
        "		const found = PartitionPattern("
        "getInternalSlot(internalSlotMap, lf, template));\n"
        '		const rest = found.findIndex((part) => part.type === "1");\n'
        "		return [found.slice(0, rest), found.slice(rest + 1)];\n"
        "	};\n"
        '	const cuts = size > 2 ? ["templateStart", "templateMiddle", '
        '"templateEnd"].map(cut) : [];\n'
        "	const before = [];\n"
        "	const after = [];\n"
        "	for (let i = 0; size > 2 && i <= size - 2; i++) {\n"
        "		const place = (part) => isLiteralPart(part) ? "
        '{ type: "literal", value: part.value } : '
        '{ type: "element", value: list[i] };\n'
        "		const [begin, end] = cuts[i === 0 ? 0 : i < size - 2 ? 1 : 2];\n"
        "		before.push(...begin.map(place));\n"
        "		after.unshift(...end.map(place));\n"
        "	}\n"
        "	if (size > 2) return [...before, "
        '{ type: "element", value: list[size - 1] }, ...after];\n'
        "	let parts = {\n"
        '		type: "element",\n'
        "		value: list[size - 1]\n"
        "	};\n",
    ),
    Edit(
        _DECIMALS,
        "All digits of a number are written out before it is rounded, so that the "
        "exponent in ten characters of text filled the memory.",
        "	let mantissa = BigInt(combined);\n",
        "	if (Math.abs(exponent) > 100000) return {\n"
        "		mantissa: 0n,\n"
        "		exponent: 0,\n"
        "		special: exponent < 0 ? 0 : negative ? 3 : 2,\n"
        "		negativeZero: exponent < 0 && negative\n"
        "	};\n"
        "	let mantissa = BigInt(combined);\n",
    ),
)
