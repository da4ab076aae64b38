// A bounded fleet of io_uring rings for many short sessions in one thread (a daemon): a session leases a ring and gives it
// back, so that it does not pay for setting one up. Whoever gets none reads by plain calls. Must not throw.
import { availableParallelism } from 'node:os';
import { loadNative, type NativeHelper } from '@ocrsync/native/load';

type PoolCalls = Pick<NativeHelper, 'ringOpen' | 'ringClose'>;

/** However many processors: rings are memory of the kernel. */
const FLEET_LIMIT = 16;
const EPERM = 1;
const ENOSYS = 38;

/** Something that stands for a session: leases are counted to it by identity. */
export type SessionKey = object;

export interface RingLease {
  /** The ring's number for the calls of the helper. */
  readonly ring: number;
  /** Gives the ring back; further calls do nothing. */
  release(): void;
  /** Gives back a ring that failed: it is closed and not used again. */
  discard(): void;
}

export class RingPool {
  readonly #native: Partial<PoolCalls> | undefined;
  readonly #limit: number;
  readonly #idle: number[] = [];
  /** A session has one ring, however often it asks: its calls follow one another in this thread. */
  readonly #held = new Map<SessionKey, { readonly ring: number; leases: Set<RingLease> }>();
  #made = 0;
  #refused: number | undefined;

  /** `native` null: as where the helper is not built. */
  constructor(
    native: Partial<PoolCalls> | undefined | null = loadNative(),
    limit = Math.min(availableParallelism(), FLEET_LIMIT),
  ) {
    this.#native = native ?? undefined;
    this.#limit = limit;
  }

  /** A ring for this session; undefined when all are taken or none can be made. */
  lease(session: SessionKey): RingLease | undefined {
    let held = this.#held.get(session);
    if (held === undefined) {
      const ring = this.#idle.pop() ?? this.#make();
      if (ring === undefined) return undefined;
      held = { ring, leases: new Set() };
      this.#held.set(session, held);
    }
    const { ring, leases } = held;
    const lease: RingLease = {
      ring,
      release: () => {
        if (leases.delete(lease) && leases.size === 0) this.#giveBack(session);
      },
      discard: () => this.#discard(session, lease),
    };
    leases.add(lease);
    return lease;
  }

  /** Takes back what the session still holds, on whatever path it ended. Its leases are dead from now on. */
  endSession(session: SessionKey): void {
    const held = this.#held.get(session);
    if (held === undefined) return;
    held.leases.clear();
    this.#giveBack(session);
  }

  /** Closes the idle rings and, as they come back, the others. */
  close(): void {
    this.#refused = ENOSYS;
    for (const ring of this.#idle.splice(0)) this.#closeRing(ring);
  }

  /** For reports and tests; `refused` is the errno that ended the making of rings. */
  get state(): { made: number; idle: number; leased: number; refused: number | undefined } {
    return { made: this.#made, idle: this.#idle.length, leased: this.#held.size, refused: this.#refused };
  }

  #make(): number | undefined {
    if (this.#made >= this.#limit || this.#refused !== undefined || !this.#native?.ringOpen) return undefined;
    const ring = this.#native.ringOpen();
    if (ring > 0) {
      this.#made++;
      return ring;
    }
    // Descriptors and memory may be there again later; what the kernel forbids it forbids for good.
    if (ring === -EPERM || ring === -ENOSYS) this.#refused = -ring;
    return undefined;
  }

  #giveBack(session: SessionKey): void {
    const { ring } = this.#held.get(session)!;
    this.#held.delete(session);
    if (this.#refused === undefined) this.#idle.push(ring);
    else this.#closeRing(ring);
  }

  #discard(session: SessionKey, lease: RingLease): void {
    const held = this.#held.get(session);
    if (held === undefined || !held.leases.has(lease)) return;
    held.leases.clear();
    this.#held.delete(session);
    this.#closeRing(held.ring);
  }

  #closeRing(ring: number): void {
    this.#made--;
    this.#native?.ringClose?.(ring);
  }
}
