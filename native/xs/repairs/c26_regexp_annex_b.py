"""Regular expressions without u are what annex B says, and `.` is any character.

Symptom: `/[\\w-.]/`, `/\\07/`, `/\\c/`, `/(?=a)*/`, `/[\\p]/` and `/\\2(a)/` are SyntaxErrors
without a reason, `/[\\1]/` is the digit, `.` does not match U+202A to U+202F, and `{`
before a character beyond U+FFFF is followed by half of it.
Cause: the grammar had no annex B; 202A was written as 2030; what was left of a surrogate
pair stayed when a quantifier turned out to be none; and the message was printed into
itself.
Effect: as the standard says. With u nothing changes. Groups are counted ahead where
a number may be a reference.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

LEXICAL = "xs/sources/xsLexical.c"
RE = "xs/sources/xsre.c"

REPAIR = Repair(
    name="c26_regexp_annex_b",
    reason="regular expressions of annex B did not parse, and . left out U+202F",
    edits=(
        Edit(
            LEXICAL,
            old="""\
		fxReportParserError(parser, parser->line, "%s", parser->buffer);
""",
            new="""\
		fxReportParserError(parser, parser->line, "%s", fxNewParserString(parser, parser->buffer, mxStringLength(parser->buffer)));
""",
        ),
        Edit(
            RE,
            old="""\
	txCapture* firstNamedCapture;
""",
            new="""\
	txCapture* firstNamedCapture;
	txU4 groupCount; /* Engo: of the whole pattern, and one */
""",
        ),
        Edit(
            RE,
            old="""\
static void* fxCharSetParseList(txPatternParser* parser);
""",
            new="""\
static void* fxCharSetParseList(txPatternParser* parser);
static void* fxCharSetParseOctal(txPatternParser* parser);
""",
        ),
        Edit(
            RE,
            old="""\
static void fxPatternParserError(txPatternParser* parser, txString format, ...);
""",
            new="""\
static void fxPatternParserError(txPatternParser* parser, txString format, ...);
static txU4 fxPatternParserGroupCount(txPatternParser* parser);
""",
        ),
        Edit(
            RE,
            old="""\
		result->characters[7] = 0x2030;
""",
            new="""\
		result->characters[7] = 0x202A;
""",
        ),
        Edit(
            RE,
            old="""\
		result = fxCharSetUnicodeProperty(parser);
""",
            new="""\
	case 'P': {
		txInteger value = parser->character;
		if (parser->flags & XS_REGEXP_U) {
			result = fxCharSetUnicodeProperty(parser);
			if (value == 'P')
				result = fxCharSetNot(parser, result);
		}
		else
			result = fxCharSetSingle(parser, value);
""",
        ),
        Edit(
            RE,
            old="""\
		break;
	case 'P':
		result = fxCharSetNot(parser, fxCharSetUnicodeProperty(parser));
		fxPatternParserNext(parser);
		break;
""",
            new="""\
	} break;
""",
        ),
        Edit(
            RE,
            old="""\
		txInteger value;
		fxPatternParserNext(parser);
		value = parser->character;	
		if ((('a' <= value) && (value <= 'z')) || (('A' <= value) && (value <= 'Z'))) {
			result = fxCharSetSingle(parser, value % 32);
			fxPatternParserNext(parser);
		}
	} break;
""",
            new="""\
		txInteger value = c_read8(parser->pattern + parser->offset);
		if ((('a' <= value) && (value <= 'z')) || (('A' <= value) && (value <= 'Z'))) {
			fxPatternParserNext(parser);
			result = fxCharSetSingle(parser, value % 32);
			fxPatternParserNext(parser);
		}
		else if (!(parser->flags & XS_REGEXP_U))
			result = fxCharSetSingle(parser, '\\\\'); // the c is next
	} break;
""",
        ),
        Edit(
            RE,
            old="""\
		fxPatternParserNext(parser);
		if ((parser->character < '0') || ('9' < parser->character))
			result = fxCharSetSingle(parser, 0);
	} break;
""",
            new="""\
		txInteger value = c_read8(parser->pattern + parser->offset);
		if ((value < '0') || ('9' < value)) {
			fxPatternParserNext(parser);
			result = fxCharSetSingle(parser, 0);
			break;
		}
	}
	// continue
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
		if (!(parser->flags & XS_REGEXP_U))
			result = fxCharSetParseOctal(parser);
		break;
""",
        ),
        Edit(
            RE,
            old="""\
			result = fxCharSetSingle(parser, '-');
		}
""",
            new="""\
			result = fxCharSetSingle(parser, '-');
		}
		else if ((parser->character == 'c') && !(parser->flags & XS_REGEXP_U) && c_read8(parser->pattern + parser->offset) && c_strchr("0123456789_", c_read8(parser->pattern + parser->offset))) {
			fxPatternParserNext(parser);
			result = fxCharSetSingle(parser, parser->character % 32);
			fxPatternParserNext(parser);
		}
""",
        ),
        Edit(
            RE,
            old="""\
		fxPatternParserNext(parser);
	}
	return result;
}
""",
            new="""\
		fxPatternParserNext(parser);
	}
	return result;
}

/* Engo: \\1 to \\377 as a character (annex B). */
void* fxCharSetParseOctal(txPatternParser* parser)
{
	txInteger value = 0;
	do {
		value = (value * 8) + parser->character - '0';
		fxPatternParserNext(parser);
	} while ((value < 32) && ('0' <= parser->character) && (parser->character <= '7'));
	return fxCharSetSingle(parser, value);
}
""",
        ),
        Edit(
            RE,
            old="""\
	if ((set1->characters[0] != 2) || (set2->characters[0] != 2))
		fxPatternParserError(parser, gxErrors[mxInvalidRange]);
	if ((set1->characters[1] + 1 != set1->characters[2]) || (set2->characters[1] + 1 != set2->characters[2]))
		fxPatternParserError(parser, gxErrors[mxInvalidRange]);
""",
            new="""\
	if ((set1->characters[0] != 2) || (set2->characters[0] != 2)
			|| (set1->characters[1] + 1 != set1->characters[2]) || (set2->characters[1] + 1 != set2->characters[2])) {
		if (parser->flags & XS_REGEXP_U)
			fxPatternParserError(parser, gxErrors[mxInvalidRange]);
		result = fxCharSetOr(parser, fxCharSetCanonicalizeSingle(parser, set1), fxCharSetSingle(parser, '-'));
		return fxCharSetOr(parser, result, fxCharSetCanonicalizeSingle(parser, set2));
	}
""",
        ),
        Edit(
            RE,
            old="""\
	parser->offset = offset;
""",
            new="""\
	parser->offset = offset;
	parser->surrogate = 0;
""",
        ),
        Edit(
            RE,
            old="""\
				txU4 value = (txU4)(parser->character - '0');
""",
            new="""\
				txU4 value = (txU4)(parser->character - '0');
				txInteger first = parser->character;
				txInteger offset = parser->offset;
""",
        ),
        Edit(
            RE,
            old="""\
				while (fxPatternParserDecimal(parser, &value))
					fxPatternParserNext(parser);
""",
            new="""\
				while ((value < 0x01000000) && fxPatternParserDecimal(parser, &value))
					fxPatternParserNext(parser);
				if (!(parser->flags & XS_REGEXP_U) && (value >= fxPatternParserGroupCount(parser))) {
					parser->character = first;
					parser->offset = offset;
					parser->surrogate = 0;
					current = fxCharSetCanonicalizeSingle(parser, fxCharSetParseEscape(parser));
					current = fxQuantifierParse(parser, current, currentIndex);
					goto append;
				}
""",
        ),
        Edit(
            RE,
            old="""\
					((txAssertion*)current)->not = 0;
					((txAssertion*)current)->direction = 1;
					((txAssertion*)current)->assertionIndex = parser->assertionIndex++;
				}
""",
            new="""\
					((txAssertion*)current)->not = 0;
					((txAssertion*)current)->direction = 1;
					((txAssertion*)current)->assertionIndex = parser->assertionIndex++;
					if (!(parser->flags & XS_REGEXP_U))
						current = fxQuantifierParse(parser, current, currentIndex);
				}
""",
        ),
        Edit(
            RE,
            old="""\
					((txAssertion*)current)->not = 1;
					((txAssertion*)current)->direction = 1;
					((txAssertion*)current)->assertionIndex = parser->assertionIndex++;
				}
""",
            new="""\
					((txAssertion*)current)->not = 1;
					((txAssertion*)current)->direction = 1;
					((txAssertion*)current)->assertionIndex = parser->assertionIndex++;
					if (!(parser->flags & XS_REGEXP_U))
						current = fxQuantifierParse(parser, current, currentIndex);
				}
""",
        ),
        Edit(
            RE,
            old="""\
		}
		
""",
            new="""\
		}
		
	append:
""",
        ),
        Edit(
            RE,
            old="""\
	c_longjmp(parser->jmp_buf, 1);
""",
            new="""\
	c_longjmp(parser->jmp_buf, 1);
}

/* Engo: how many groups capture in the whole pattern, and one. */
txU4 fxPatternParserGroupCount(txPatternParser* parser)
{
	txU1* p = (txU1*)parser->pattern;
	txU4 count = 1;
	txBoolean bracket = 0;
	txU1 c;
	if (parser->groupCount)
		return parser->groupCount;
	while ((c = c_read8(p))) {
		p++;
		if (c == '\\\\') {
			if (c_read8(p))
				p++;
		}
		else if (c == '[')
			bracket = 1;
		else if (c == ']')
			bracket = 0;
		else if ((c == '(') && !bracket) {
			if ((c_read8(p) != '?') || ((c_read8(p + 1) == '<') && (c_read8(p + 2) != '=') && (c_read8(p + 2) != '!')))
				count++;
		}
	}
	parser->groupCount = count;
	return count;
""",
        ),
    ),
    programs=("correctness/regexp-annex-b",),
)
