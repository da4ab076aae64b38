// What is in the words of an error about one file: for programs, which get rsync's line and its parts (docs/json.md).

export interface FileErrorParts {
  /** `sender`, `receiver`, `generator` … as in the brackets of rsync's line. */
  readonly role?: string;
  /** The first quoted name: absolute, or as rsync shows it. latin1. */
  readonly path?: string;
  /** The C library's words, and its number on Linux. */
  readonly error?: string;
  readonly errno?: number;
}

const LINE = /^(?:rsync: )?(?:\[(\w+)\] )?([^]*?)(?:: ([A-Z][^:"]*) \((\d+)\))?$/;

/** Only what is surely there: `rsync: [ROLE] TEXT "PATH"…: STRERROR (ERRNO)` (docs/protocol/07-output.md §2.5). */
export function fileErrorParts(text: string): FileErrorParts {
  const found = LINE.exec(text);
  if (found === null) return {};
  const [, role, body, error, errno] = found;
  const quoted = /"([^]*?)"(?: |:|,|$|\))/.exec(`${body}`);
  return {
    ...(role === undefined ? {} : { role }),
    ...(quoted === null ? {} : { path: quoted[1]! }),
    ...(error === undefined ? {} : { error, errno: Number(errno) }),
  };
}
