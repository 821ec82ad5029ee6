/* Compilation with a name: stacks say file and line, and so do syntax errors,
   which XS leaves without. XS's own compilers (eval,
   Compartment.prototype.evaluate) stay as they are; the bootstrap hands these
   two functions out. */

#include "internal.h"

#define LEAST_BUFFER 8192 /* bytes of the parser's token buffer */

/* The parser tells each error before it stores the message; the first line
   counts. Signature and name of the arguments are XS's (txReport). */
static void on_error(void *console, txString path, txInteger line,
                     txString format, c_va_list arguments) {
  (void)path, (void)format, (void)arguments;
  XsnapVm *vm = vm_of(console);
  if (vm->error_line == 0)
    vm->error_line = line;
}

/* The message that the code stage will throw, with its place in front. */
static void name_error(txParser *parser, const char *name, int line) {
  size_t size = strlen(name) + strlen(parser->errorMessage) + 16;
  char *text = fxNewParserChunk(parser, (txSize)size);
  snprintf(text, size, "%s:%d: %s", name, line, parser->errorMessage);
  parser->errorMessage = text;
}

static txSize buffer_size(txMachine *the, txSize source) {
  if (source > INT32_MAX / 4)
    mxRangeError("the source is too long");
  return source + LEAST_BUFFER;
}

static txScript *parse(txMachine *the, txSlot *source, const char *name,
                       txUnsigned flags) {
  XsnapVm *vm = vm_of(the);
  txParser parser;
  txParserJump jump;
  txStringStream stream = {source, 0, (txSize)strlen(source->value.string)};
  txScript *volatile script = NULL;
  vm->error_line = 0;
  fxInitializeParser(&parser, the, buffer_size(the, stream.size),
                     the->parserTableModulo);
  parser.firstJump = &jump;
  if (c_setjmp(jump.jmp_buf) == 0) {
    parser.path = parser.source =
        fxNewParserSymbol(&parser, (txString)(uintptr_t)name);
    parser.reportError = on_error;
    fxParserTree(&parser, &stream, fxStringGetter, flags, NULL);
    parser.flags |= mxDebugFlag;
    fxParserHoist(&parser);
    fxParserBind(&parser);
    if (parser.errorCount)
      name_error(&parser, parser.path->string, vm->error_line);
    script = fxParserCode(&parser);
  }
  fxTerminateParser(&parser);
  mxMeterAsk(); /* an interrupt is an error to the parser, and an end to us */
  if (!script)
    mxRangeError("no memory to compile %.64s", name);
  return script;
}

/* Run a program in a compartment (an instance of Program): pushes its value,
   pops nothing. `name` may lie in the heap, it is copied before anything is
   allocated. */
void xsnap_compile_program(txMachine *the, txSlot *program, txSlot *source,
                           const char *name) {
  txSlot *realm = mxModuleInstanceInternal(program)->value.module.realm;
  txScript *script =
      parse(the, source, name, mxStrictFlag | mxProgramFlag | mxDebugFlag);
  fxRunScript(the, script, mxRealmGlobal(realm), NULL,
              mxRealmClosures(realm)->value.reference, NULL, program);
}

static txSlot *program_of(txMachine *the, txSlot *slot) {
  if (slot->kind == XS_UNDEFINED_KIND)
    return mxProgram.value.reference;
  if (slot->kind == XS_REFERENCE_KIND) {
    txSlot *first = slot->value.reference->next;
    if (first && (first->flag & XS_INTERNAL_FLAG) &&
        first->kind == XS_PROGRAM_KIND)
      return slot->value.reference;
  }
  mxTypeError("expected a Compartment or undefined");
  return NULL;
}

/* engoEvaluateNamed(compartment | undefined, source, name) */
void xsnap_engo_evaluate_named(txMachine *the) {
  if (mxArgc < 3)
    mxTypeError("expected compartment, source, name");
  txSlot *program = program_of(the, mxArgv(0));
  fxToString(the, mxArgv(1));
  fxToString(the, mxArgv(2));
  xsnap_compile_program(the, program, mxArgv(1), mxArgv(2)->value.string);
  mxPullSlot(mxResult);
}

/* engoCompileModule(source, name): an empty ModuleSource into which the
   module's own script is run. */
void xsnap_engo_compile_module(txMachine *the) {
  if (mxArgc < 2)
    mxTypeError("expected source, name");
  fxToString(the, mxArgv(0));
  fxToString(the, mxArgv(1));
  mxPush(mxModuleSourceConstructor);
  mxNew();
  mxPushStringC("");
  mxRunCount(1);
  mxPullSlot(mxResult);
  txScript *script =
      parse(the, mxArgv(0), mxArgv(1)->value.string, mxDebugFlag);
  fxRunScript(the, script, mxResult, NULL, NULL, NULL,
              mxResult->value.reference);
  mxPop();
}
