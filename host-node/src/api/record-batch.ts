// Recording: the batch file and its script are opened before the process gives up rights, and written while the client's
// session goes on (docs/protocol/04-transfer.md §17).
import { BATCH_MODE, BATCH_SCRIPT_MODE, BatchOutput, NotAFile } from '../fs/batch-file.ts';
import { errorOfCode } from '../fs/errno.ts';
import { localFilesystem } from '../fs/local.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { batchScript } from '../options/batch-script.ts';
import type { Options } from '../options/options.ts';
import type { BatchSink } from '../session/batch-recorder.ts';
import { RunError } from '../session/run-error.ts';

const EXIT_USAGE = 1;
const EXIT_FILE_SELECTION = 3;
const EXIT_FILE_IO = 11;

export interface BatchRecording extends BatchSink {
  /** Writes the script that plays the batch. RunError for rules that it cannot hold. */
  script(rules: readonly string[], destination: string): void;
  close(): void;
}

/** `program`: the words that start it. `isListing`: nothing may be written, these files neither (observed). undefined: nothing is to be recorded. RunError (exit 3) when the files cannot be made. */
export function openRecording(
  options: Options,
  program: readonly string[],
  isListing: boolean,
): BatchRecording | undefined {
  const { batch, words, protocol, insecureLinks } = options;
  if (batch === null || batch.mode === 'read') return undefined;
  if (isListing)
    throw batchError(
      `${batch.file}.sh`,
      'open',
      errorOfCode('EROFS', 'open', batch.file),
      EXIT_FILE_SELECTION,
    );
  const script = opened(`${batch.file}.sh`, BATCH_SCRIPT_MODE, insecureLinks, EXIT_FILE_SELECTION);
  const data = opened(batch.file, BATCH_MODE, insecureLinks, EXIT_FILE_IO);
  return {
    write: (bytes) => written(batch.file, () => data.write(bytes)),
    script: (rules, destination) => {
      const text = batchScript({ program, words, batchFile: batch.file, destination, rules, protocol });
      if (text === undefined) {
        const told = 'cannot write a filter rule containing a newline to the batch replay script';
        throw new RunError('ERR_BATCH_SCRIPT', told, EXIT_USAGE);
      }
      written(`${batch.file}.sh`, () => script.write(Buffer.from(text, 'latin1')));
      script.close();
    },
    close: () => {
      script.close();
      data.close();
    },
  };
}

function opened(path: string, mode: number, insecureLinks: boolean, exitCode: number): BatchOutput {
  try {
    return new BatchOutput(path, mode, insecureLinks);
  } catch (error) {
    throw batchError(path, 'open', error, exitCode);
  }
}

function written(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw batchError(path, 'write', error, EXIT_FILE_IO);
  }
}

/** Other errors than those of the file system are passed on. */
export function batchError(
  path: string,
  call: 'open' | 'read' | 'write',
  error: unknown,
  exitCode: number,
): unknown {
  if (error instanceof NotAFile) {
    return new RunError(
      'ERR_BATCH_FILE',
      `Batch file "${path}" is neither a regular file nor a FIFO`,
      exitCode,
    );
  }
  if (!(error instanceof FilesystemError)) return error;
  const full = path.startsWith('/') ? path : `${localFilesystem().root('.').path}/${path}`;
  const text = `rsync: [Receiver] Batch file "${full}" ${call} error: ${error.strerror} (${error.errno})`;
  return new RunError('ERR_BATCH_FILE', text, exitCode);
}
