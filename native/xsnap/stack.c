/* The guest's stack as text, of a machine that has just been ended. Nothing may
   be allocated there and nothing thrown, and where the machine ended its newest
   frame may be half made: so every step is checked against what is known of
   XS's stack, and what does not fit ends the text. */

#include "internal.h"

#define MAX_FRAMES 1024
#define MAX_LINE 512
#define MAX_PROPERTIES 64 /* looked through for a function's name */

typedef struct {
  char *text;
  size_t length, size;
} Text;

static bool on_stack(const txMachine *the, const txSlot *slot) {
  return slot >= the->stack && slot < the->stackTop;
}

static const char *text_of(const txSlot *slot) {
  if (slot->kind == XS_STRING_KIND || slot->kind == XS_STRING_X_KIND)
    return slot->value.string;
  if (slot->kind == XS_KEY_KIND || slot->kind == XS_KEY_X_KIND)
    return slot->value.key.string;
  return NULL;
}

static const char *text_of_id(txMachine *the, txID id) {
  const txSlot *key = id == XS_NO_ID ? NULL : fxGetKey(the, id);
  return key ? text_of(key) : NULL;
}

/* The own property `name`, else the name that it was compiled with. */
static const char *name_of(txMachine *the, const txSlot *function) {
  const txSlot *slot = function->next;
  const char *text = NULL;
  for (int i = 0; slot && i < MAX_PROPERTIES; i++, slot = slot->next)
    if (slot->ID == mxID(_name) && !(slot->flag & XS_INTERNAL_FLAG)) {
      text = text_of(slot);
      break;
    }
  return text ? text : text_of_id(the, mxFunctionInstanceCode(function)->ID);
}

/* The line of one frame, or nothing where that cannot be told. */
static void describe(txMachine *the, const txSlot *frame, char *line) {
  const txSlot *count = frame - 1, *environment;
  const txSlot *function = frame + 3;
  line[0] = 0;
  if (!on_stack(the, function) || !on_stack(the, count) ||
      function->kind != XS_REFERENCE_KIND ||
      !mxIsFunction(function->value.reference) ||
      count->kind != XS_INTEGER_KIND || count->value.integer < 0)
    return;
  const char *name = name_of(the, function->value.reference);
  environment = count - count->value.integer - 1;
  const char *file =
      on_stack(the, environment) ? text_of_id(the, environment->ID) : NULL;
  if (!file && (!name || !*name)) /* a function of the host's */
    return;
  int length = snprintf(line, MAX_LINE / 2, " at%s%s (",
                        name && *name ? " " : "", name ? name : "");
  if (length < 0 || length >= MAX_LINE / 2)
    length = snprintf(line, MAX_LINE, " at (");
  if (file && strlen(file) < MAX_LINE / 4)
    length += snprintf(line + length, (size_t)(MAX_LINE - length), "%s:%d",
                       file, (int)environment->value.environment.line);
  snprintf(line + length, (size_t)(MAX_LINE - length), ")");
}

/* Whole lines only; false: it is full. */
static bool append(Text *text, const char *line) {
  size_t more = strlen(line), gap = text->length > 0;
  if (text->length + gap + more >= text->size)
    return false;
  if (gap)
    text->text[text->length++] = '\n';
  memcpy(text->text + text->length, line, more + 1);
  text->length += more;
  return true;
}

/* Lines as those of an Error's stack, newest first, in CESU-8. Empty while the
   machine collects, when slots point backwards. */
void xsnap_stack_text(txMachine *the, char *to, size_t size) {
  Text text = {.text = to, .size = size};
  const txSlot *frame = the->collecting ? NULL : the->frame;
  char line[MAX_LINE];
  to[0] = 0;
  for (int i = 0; i < MAX_FRAMES && frame && on_stack(the, frame) &&
                  frame->kind == XS_FRAME_KIND && frame->next;
       i++) {
    describe(the, frame, line);
    if (line[0] && !append(&text, line))
      break;
    if (frame->next <= frame) /* older frames lie higher */
      break;
    frame = frame->next;
  }
}
