// The engine's tasks are synchronous coroutines: they run until they must wait, and say what for.
// Nobody sleeps here: the session resumes a task when what it waits for may have come true (docs/architecture.md).

/** The peer's bytes: resume after more were committed, or after its end was seen. */
export const WAIT_INPUT = 1;
/** Room in the outgoing queue: resume when it has sunk below the low-water mark. */
export const WAIT_OUTPUT = 2;
/** Another task of this session: resume after any of them has made progress. */
export const WAIT_PEER_TASK = 3;
/** Nothing: the task gives others a turn in the middle of long work. */
export const WAIT_TURN = 4;

/** Something else than bytes and tasks, such as files under way: resume when the function says so. */
export type WaitUntil = () => boolean;

export type Wait =
  typeof WAIT_INPUT | typeof WAIT_OUTPUT | typeof WAIT_PEER_TASK | typeof WAIT_TURN | WaitUntil;

/** A coroutine of the engine that ends with a T. */
export type Task<T = void> = Generator<Wait, T, void>;

/** A task that has ended: for what is called for every file and seldom has anything to do. */
export const NOTHING_TO_DO: Task = (function* (): Task {})();
NOTHING_TO_DO.next();
