// The tasks of one session and whom to resume next (wait.ts). Knows nothing of what they do.
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { Channel } from './channel.ts';
import { OUTPUT_LOW_WATER_BYTES } from './limits.ts';
import { type Task, type Wait, WAIT_INPUT, WAIT_OUTPUT, WAIT_PEER_TASK, WAIT_TURN } from './wait.ts';

/** `idle`: waits for bytes or for room. `turn`: has more to do, call again soon. `done`: no task is left. */
export type RunState = 'idle' | 'turn' | 'done';

interface Running {
  readonly task: Task;
  wait: Wait;
  /** Progress count at which the task began to wait for another one. */
  since: number;
}

/** Task steps between two looks of the driver at its descriptors. */
const STEPS_PER_RUN = 64;

export class TaskSet {
  readonly #channel: Channel;
  #running: Running[] = [];
  #progress = 0;
  #inputSeen = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  start(task: Task): void {
    this.#running.push({ task, wait: WAIT_TURN, since: 0 });
  }

  /** What a task may wait for has happened outside of the tasks. */
  progressed(): void {
    this.#progress++;
  }

  /** Ends all tasks where they are; their finally blocks close what they have open. */
  end(): void {
    const running = this.#running;
    this.#running = [];
    for (const { task } of running) task.return();
  }

  /** Lets the tasks work until all of them wait, or for a bounded number of steps. `afterEach` may throw to stop it. */
  run(afterEach: () => void): RunState {
    for (let steps = 0; steps < STEPS_PER_RUN; steps++) {
      if (this.#running.length === 0) return 'done';
      let resumed = false;
      // A task that ends leaves this array as it is; one that is started has its turn in the next step.
      const all = this.#running;
      const count = all.length;
      for (let index = 0; index < count; index++) {
        const running = all[index]!;
        if (!this.#mayResume(running)) continue;
        resumed = true;
        this.#resume(running);
        afterEach();
      }
      if (resumed) continue;
      if (this.#running.every(({ wait }) => wait === WAIT_PEER_TASK)) throw this.#unanswered();
      return 'idle';
    }
    return 'turn';
  }

  /** Nothing that comes from outside could help any more: the sender has left requests of the generator half open. */
  #unanswered(): ProtocolError {
    const text = `the sender ended without an answer to every request [${this.#channel.role}]`;
    return new ProtocolError('ERR_UNANSWERED', text, 12, this.#channel.reader.byteOffset);
  }

  #mayResume(running: Running): boolean {
    const { reader, writer } = this.#channel;
    if (typeof running.wait === 'function') return running.wait();
    switch (running.wait) {
      case WAIT_INPUT:
        return reader.rawBytesTaken !== this.#inputSeen || reader.ended;
      case WAIT_OUTPUT:
        return writer.queuedBytes <= OUTPUT_LOW_WATER_BYTES;
      case WAIT_PEER_TASK:
        return running.since !== this.#progress;
      case WAIT_TURN:
        return true;
    }
  }

  #resume(running: Running): void {
    if (running.wait === WAIT_INPUT) this.#inputSeen = this.#channel.reader.rawBytesTaken;
    const waited = running.wait;
    const before = this.#progress;
    const result = running.task.next();
    if (waited !== WAIT_PEER_TASK) this.#progress++;
    if (result.done) {
      this.#progress++;
      this.#running = this.#running.filter((other) => other !== running);
      return;
    }
    running.wait = result.value;
    running.since = result.value === WAIT_PEER_TASK ? Math.max(before, this.#progress) : 0;
  }
}
