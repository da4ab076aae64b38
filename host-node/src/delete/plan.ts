// What is to be deleted in one directory, as a value: the directory's names minus the list's minus the protected ones,
// in the order of deletion (docs/protocol/04-transfer.md §13.3, §13.5). Pure: deletes nothing, reads nothing.

export interface PresentName {
  /** Base name. */
  readonly base: string;
  readonly isDirectory: boolean;
}

export interface PlanQuestions {
  /** The list has an entry of this base name in the directory, of whatever kind. */
  inList(base: string): boolean;
  /** A rule keeps the name. */
  isKept(base: string, isDirectory: boolean): boolean;
}

/** The names to delete, first one first. */
export function planDirectory(
  present: readonly PresentName[],
  questions: PlanQuestions,
  protocol: number,
): PresentName[] {
  const doomed = present.filter(
    ({ base, isDirectory }) => !questions.isKept(base, isDirectory) && !questions.inList(base),
  );
  return inDeletionOrder(doomed, protocol);
}

/**
 * Descending file-list order: directories, the last one first, then the others. Directory names compare as if a '/' followed;
 * before protocol 29 plain byte order.
 */
export function inDeletionOrder(names: readonly PresentName[], protocol: number): PresentName[] {
  const key = ({ base, isDirectory }: PresentName): string => (isDirectory ? `${base}/` : base);
  return [...names].sort((a, b) => {
    if (protocol < 29) return b.base < a.base ? -1 : b.base > a.base ? 1 : 0;
    if (a.isDirectory !== b.isDirectory) return a.isDirectory ? -1 : 1;
    const left = key(a);
    const right = key(b);
    return right < left ? -1 : right > left ? 1 : 0;
  });
}
