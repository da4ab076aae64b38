// Why a command line was refused (docs/protocol/05-options.md §1, §7). Thrown inside options/, returned as a value by parse.ts.

/** A refused command line: the text for stderr and the exit code. Nothing was done yet. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly exitCode: number;

  /** `text` is a whole line or several, prefix included, without the final newline. latin1. */
  constructor(text: string, exitCode: number) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** The usage text is the answer. */
export class UsageWanted extends Error {
  override readonly name = 'UsageWanted';
}

/** The "pre" form of §7: `rsync: TEXT`, exit 1; `onServer` adds `on remote machine: `. */
export function usageError(text: string, onServer = false): OptionError {
  return new OptionError(`rsync: ${onServer ? 'on remote machine: ' : ''}${text}`, 1);
}

/** The "bare" form of §7: the text alone. */
export function bareError(text: string, exitCode = 1): OptionError {
  return new OptionError(text, exitCode);
}

/** One of rsync's options that this version does not have: refused by name, exit 4. */
export function notSupported(what: string, onServer = false): OptionError {
  const where = onServer ? 'on remote machine: ' : '';
  return new OptionError(
    `ocrsync: ${where}${what} is not supported yet (see the table of options in the README)`,
    4,
  );
}
