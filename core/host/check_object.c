/* check_object.c - a shared object's symbols: what it exports, and what it calls. Reads the dynamic
 * symbol table of a 64-bit ELF file; elsewhere these laws do not apply. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif
#include <dlfcn.h>
#include <elf.h>

#include "base/input.h"
#include "host/check_laws.h"

enum { LARGEST_OBJECT = 1 << 28 };

/* What a plugin may not use: it neither ends the process, prints, nor changes its state. */
static const char *const forbidden[] = {"abort",
                                        "exit",
                                        "_exit",
                                        "_Exit",
                                        "quick_exit",
                                        "atexit",
                                        "printf",
                                        "__printf_chk",
                                        "vprintf",
                                        "__vprintf_chk",
                                        "puts",
                                        "putchar",
                                        "perror",
                                        "stdout",
                                        "stderr",
                                        "setlocale",
                                        "system",
                                        "popen",
                                        "srand",
                                        "rand",
                                        "longjmp",
                                        "__longjmp_chk",
                                        "fork",
                                        "vfork",
                                        "execve",
                                        "execv",
                                        "execvp",
                                        "signal",
                                        "sigaction",
                                        "kill",
                                        "raise",
                                        "fesetround",
                                        "fesetenv",
                                        "feenableexcept",
                                        "dlopen",
                                        "dlclose",
                                        "gsl_set_error_handler",
                                        "gsl_set_error_handler_off",
                                        "__assert_fail",
                                        "putenv",
                                        "setenv",
                                        "chdir",
                                        "pthread_create"};
#define N_FORBIDDEN (sizeof forbidden / sizeof forbidden[0])

/* Of sanitizers and coverage, which link symbols of their own. */
static const char *const instrumented[] = {"__asan_", "__ubsan_", "__tsan_",
                                           "__gcov_", "__llvm_",  "__sanitizer_"};

typedef struct object {
  const unsigned char *bytes;
  uint64_t n_bytes;
  const char *names; /* of symbols */
  uint64_t n_names;
  uint64_t first, n_symbols;
} object;

static int fits(const object *o, uint64_t at, uint64_t n) {
  return at <= o->n_bytes && n <= o->n_bytes - at;
}

/* 1 if it is a program rather than a plugin: programs ask for an interpreter. */
static int is_program(const object *o, const Elf64_Ehdr *head) {
  for (uint32_t i = 0; i < head->e_phnum; i++) {
    Elf64_Phdr segment;
    const uint64_t at = head->e_phoff + (uint64_t)i * sizeof segment;
    if (!fits(o, at, sizeof segment)) return 0;
    memcpy(&segment, o->bytes + at, sizeof segment);
    if (segment.p_type == PT_INTERP) return 1;
  }
  return 0;
}

static int read_section(const object *o, const Elf64_Ehdr *head, uint32_t i, Elf64_Shdr *out) {
  const uint64_t at = head->e_shoff + (uint64_t)i * sizeof *out;
  if (i >= head->e_shnum || !fits(o, at, sizeof *out)) return 0;
  memcpy(out, o->bytes + at, sizeof *out);
  return out->sh_type == SHT_NOBITS || fits(o, out->sh_offset, out->sh_size);
}

/* NULL, or why there are no symbols to look at. */
static const char *find_symbols(object *o) {
  Elf64_Ehdr head;
  Elf64_Shdr section, names;
  if (!fits(o, 0, sizeof head)) return "the file is too short";
  memcpy(&head, o->bytes, sizeof head);
  if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
      head.e_phentsize != sizeof(Elf64_Phdr) || head.e_shentsize != sizeof(Elf64_Shdr)) {
    return "it is no 64-bit ELF file";
  }
  if (is_program(o, &head)) return "it is linked into the program";
  for (uint32_t i = 0; i < head.e_shnum; i++) {
    if (!read_section(o, &head, i, &section)) return "its section table is damaged";
    if (section.sh_type != SHT_DYNSYM) continue;
    if (!read_section(o, &head, section.sh_link, &names) || names.sh_size == 0 ||
        o->bytes[names.sh_offset + names.sh_size - 1] != '\0') {
      return "its names are damaged";
    }
    o->first = section.sh_offset;
    o->n_symbols = section.sh_size / sizeof(Elf64_Sym);
    o->names = (const char *)o->bytes + names.sh_offset;
    o->n_names = names.sh_size;
    return NULL;
  }
  return "it has no dynamic symbols";
}

static const char *read_symbol(const object *o, uint64_t i, Elf64_Sym *out) {
  memcpy(out, o->bytes + o->first + i * sizeof *out, sizeof *out);
  return out->st_name < o->n_names ? o->names + out->st_name : "";
}

static int is_instrumented(const object *o) {
  for (uint64_t i = 1; i < o->n_symbols; i++) {
    Elf64_Sym symbol;
    const char *name = read_symbol(o, i, &symbol);
    for (size_t k = 0; k < sizeof instrumented / sizeof instrumented[0]; k++) {
      if (strncmp(name, instrumented[k], strlen(instrumented[k])) == 0) return 1;
    }
    if (strcmp(name, "mangle_path") == 0) return 1; /* of gcov */
  }
  return 0;
}

static void check_symbol(sp_checker *c, const char *name, const Elf64_Sym *symbol) {
  const int bind = ELF64_ST_BIND(symbol->st_info);
  if (bind != STB_GLOBAL && bind != STB_WEAK) return;
  if (symbol->st_shndx != SHN_UNDEF) {
    sp_law_enter(c, "exports its module and nothing else");
    sp_law_holds(c, strcmp(name, SAMPAN_MODULE_SYMBOL) == 0,
                 "it exports '%s': build with -fvisibility=hidden, and make functions static",
                 name);
    return;
  }
  sp_law_enter(c, "calls nothing that ends, prints or changes the process");
  for (size_t k = 0; k < N_FORBIDDEN; k++) {
    sp_law_holds(c, strcmp(name, forbidden[k]) != 0, "it uses '%s'", name);
  }
}

void sp_check_object(sp_checker *c, const sampan_module *module) {
  static const char *const laws[] = {"exports its module and nothing else",
                                     "calls nothing that ends, prints or changes the process"};
  Dl_info info;
  sampan_error error;
  char *text;
  object o = {0};
  const char *why = "its file cannot be found";
  if (dladdr(module, &info) != 0 && info.dli_fname != NULL) {
    sp_error_clear(&error);
    why = sp_input_text(info.dli_fname, LARGEST_OBJECT, c->arena, &text, &o.n_bytes, &error) >= 0
              ? NULL
              : "its file cannot be read";
    if (why == NULL) {
      o.bytes = (const unsigned char *)text;
      why = find_symbols(&o);
    }
    if (why == NULL && is_instrumented(&o)) why = "it is built with a sanitizer or for coverage";
  }
  for (size_t i = 0; i < 2; i++) {
    sp_law_enter(c, laws[i]);
    if (why != NULL) sp_law_skip(c, "%s", why);
  }
  for (uint64_t i = 1; why == NULL && i < o.n_symbols; i++) {
    Elf64_Sym symbol;
    const char *name = read_symbol(&o, i, &symbol);
    check_symbol(c, name, &symbol);
  }
}
