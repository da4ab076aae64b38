// The tables of literals that a peer sent behind its entries: ACLs and sets of extended attributes
// (docs/protocol/03-file-list.md §10.1, §10.3, §11.1). They live for the whole session; numbers count from 1. The core has
// checked every length and count; its records are those of core/assembly/codec/acl.ts and xattr.ts.
import { ACL_ABSENT, type Acl, EMPTY_ACL, type NamedAcl } from './acl.ts';
import { latin1Text } from './latin1.ts';
import { checkPeerMemory } from './file-list-memory.ts';

/** One attribute of a received set. Values above 32 bytes come as a digest first and as a value when asked for. */
export interface ReceivedXattr {
  /** latin1 text, as on Linux: with its name space. */
  readonly name: string;
  readonly lengthBytes: number;
  value: Uint8Array | undefined;
  /** MD5 of the value; undefined for a short one. */
  readonly digest: Uint8Array | undefined;
  /** The value was asked for in this session. */
  asked: boolean;
}

/** What 3.5.0 accepts of one value; the core checks it in lists. */
export const MOST_XATTR_BYTES = 128 << 20;

const RECORD_ACL = 1;
const RECORD_NAMED = 2;
const RECORD_XATTRS = 3;
const HEAD_BYTES = 8;
const ACL_HEAD_BYTES = 12;
const LONGEST_VALUE = 32;
const DIGEST_BYTES = 16;
/** What tables of a peer may take; roughly, with the host's own structures. */
const MOST_BYTES = 2 ** 30;
const LITERAL_COST_BYTES = 64;
const ELEMENT_COST_BYTES = 64;

const NO_XATTRS: readonly ReceivedXattr[] = [];

interface OpenAcl {
  readonly table: Acl[];
  readonly head: Omit<Acl, 'named'>;
  readonly groupBits: number;
  readonly named: NamedAcl[];
  left: number;
}

export class ReceivedBlocks {
  readonly #accessAcls: Acl[] = [];
  readonly #defaultAcls: Acl[] = [];
  readonly #xattrs: ReceivedXattr[][] = [];
  #open: OpenAcl | undefined;
  #costBytes = 0;

  /** Number 0: the entry has none. */
  accessAcl(number: number): Acl {
    return this.#accessAcls[number - 1] ?? EMPTY_ACL;
  }
  defaultAcl(number: number): Acl {
    return this.#defaultAcls[number - 1] ?? EMPTY_ACL;
  }
  xattrs(number: number): readonly ReceivedXattr[] {
    return this.#xattrs[number - 1] ?? NO_XATTRS;
  }

  /** A long value has come. */
  takeValue(attribute: ReceivedXattr, value: Uint8Array): void {
    this.#charge(value.length);
    attribute.value = value;
  }

  /** Takes the core's records. */
  take(u8: Uint8Array, from: number, to: number): void {
    const view = new DataView(u8.buffer);
    for (let at = from; at < to;) {
      const kind = u8[at];
      if (kind === RECORD_ACL) at = this.#aclHead(view, at);
      else if (kind === RECORD_NAMED) at = this.#named(view, at);
      else if (kind === RECORD_XATTRS) {
        this.#charge(LITERAL_COST_BYTES);
        this.#xattrs.push([]);
        at += HEAD_BYTES;
      } else at = this.#xattr(u8, view, at);
    }
  }

  #charge(bytes: number): void {
    this.#costBytes += bytes;
    checkPeerMemory('ACLs and extended attributes', this.#costBytes, MOST_BYTES);
  }

  #aclHead(view: DataView, at: number): number {
    this.#charge(LITERAL_COST_BYTES);
    const table = view.getUint8(at + 1) === 0 ? this.#accessAcls : this.#defaultAcls;
    const head = {
      user: view.getUint8(at + 2),
      group: view.getUint8(at + 3),
      mask: view.getUint8(at + 4),
      other: view.getUint8(at + 5),
    };
    const left = view.getUint32(at + 8, true);
    if (left === 0) table.push({ ...head, named: [] });
    else this.#open = { table, head, groupBits: view.getUint8(at + 6), named: [], left };
    return at + ACL_HEAD_BYTES;
  }

  #named(view: DataView, at: number): number {
    this.#charge(ELEMENT_COST_BYTES);
    const open = this.#open!;
    open.named.push({
      kind: view.getUint8(at + 1) === 0 ? 'group' : 'user',
      id: view.getUint32(at + 4, true),
      access: view.getUint8(at + 2),
    });
    if (--open.left === 0) {
      open.table.push({ ...open.head, mask: this.#maskOf(open), named: open.named });
      this.#open = undefined;
    }
    return at + HEAD_BYTES;
  }

  /** Named entries need a mask: the mode's group bits, or in a default ACL whatever is allowed to anybody it would mask. */
  #maskOf({ table, head, groupBits, named }: OpenAcl): number {
    if (head.mask !== ACL_ABSENT) return head.mask;
    if (table === this.#accessAcls) return groupBits;
    return named.reduce((all, { access }) => all | access, head.group === ACL_ABSENT ? 0 : head.group);
  }

  #xattr(u8: Uint8Array, view: DataView, at: number): number {
    const nameBytes = view.getUint16(at + 2, true);
    const lengthBytes = view.getUint32(at + 4, true);
    const long = lengthBytes > LONGEST_VALUE;
    const valueAt = at + HEAD_BYTES + nameBytes;
    const end = valueAt + (long ? DIGEST_BYTES : lengthBytes);
    const sent = u8.slice(valueAt, end);
    this.#charge(ELEMENT_COST_BYTES + end - at);
    this.#xattrs.at(-1)!.push({
      name: latin1Text(u8, at + HEAD_BYTES, nameBytes),
      lengthBytes,
      value: long ? undefined : sent,
      digest: long ? sent : undefined,
      asked: false,
    });
    return end;
  }
}
