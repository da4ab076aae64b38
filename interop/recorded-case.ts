// What test/recordings/index.jsonl says about one recorded session.

export interface RecordedCase {
  readonly name: string;
  /** The server's words after `rsync`; its path is `{source}/` or `{destination}/`. */
  readonly serverWords: readonly string[];
  /** Lengths of the pieces as they passed: positive to the server, negative to the client. */
  readonly pieces: readonly number[];
}
