// Why one path is, or is not, transferred, changed or deleted: gathered from the events of a dry run (docs/explain.md).
// Knows no file system: what both sides have at the path is told by whoever can look.
import { ITEM_TRANSFER } from '../session/item.ts';
import type { NameDecision } from '../session/ports.ts';
import type { ChangeEvent, EntryInfo, EventSink, RunEvent } from './events.ts';
import { HeardDeletions } from './heard-deletions.ts';
import type { Reason } from './reasons.ts';
import { reasonsOf } from './reasons.ts';

/** What is at the path on one side, as far as it can be seen. */
export interface Seen {
  readonly kind: EntryInfo['kind'];
  readonly lengthBytes: number;
  readonly mtimeSeconds: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface Difference {
  readonly what: Reason;
  readonly source?: string | number;
  readonly destination?: string | number;
}

/** One side's verdict; `rule` and `file`, `line` where a filter rule decided. */
export interface Verdict {
  readonly verdict: string;
  readonly text: string;
  readonly rule?: string;
  readonly file?: string;
  readonly line?: number;
  readonly differences?: readonly Difference[];
}

export interface ExplanationResult {
  /** As names stand in the transfer. */
  readonly path: string;
  readonly sender: Verdict;
  readonly receiver: Verdict;
  readonly deletion: Verdict;
  /** `transfer`, `create`, `link`, `attributes`, `nothing`, `excluded`, `missing`, `skip`, `delete`, `protected`, `extraneous`. */
  readonly outcome: string;
}

/** Lines by which a receiving side says that it leaves a name alone, with the verdict. */
const SKIPS: readonly (readonly [verdict: string, line: (name: string) => RegExp, why: string])[] = [
  ['newer', (name) => exactly(`${name} is newer`), 'it is newer at the destination (--update)'],
  ['exists', (name) => begins(`${name} exists`), 'it exists at the destination (--ignore-existing)'],
  [
    'not-created',
    (name) => begins(`not creating new (file|directory) "${name}"`),
    'it does not exist at the destination (--existing)',
  ],
  ['too-large', (name) => begins(`${name} is over max-size`), 'it is larger than --max-size'],
  ['too-small', (name) => begins(`${name} is under min-size`), 'it is smaller than --min-size'],
  [
    'not-regular',
    (name) => exactly(`skipping non-regular file "${name}"`),
    'it is no regular file, and no option preserves its kind',
  ],
  [
    'directory',
    (name) => exactly(`skipping directory ${name}`),
    'it is a directory, and neither -r nor -d is given',
  ],
  [
    'unsafe',
    (name) => begins(`ignoring unsafe symlink "?${name}"?`),
    'it is a symlink that leads out of the transfer (--safe-links)',
  ],
];

function exactly(text: string): RegExp {
  return new RegExp(`^${plain(text)}/?$`);
}

function begins(text: string): RegExp {
  return new RegExp(`^${plain(text)}`);
}

/** All but the alternatives that are written above stands for itself. */
function plain(text: string): string {
  return text.replace(/[.*+^${}[\]\\]/g, '\\$&');
}

function escapedName(name: string): string {
  return name.replace(/[()|?]/g, '\\$&');
}

export interface ExplainOptions {
  /** Forms in which the path may stand in the transfer; the first one is shown when none of them occurs. */
  readonly names: readonly string[];
  readonly deletes: boolean;
  readonly times: boolean;
  /** The destination is on this machine. */
  readonly seesDestination: boolean;
  look(side: 'source' | 'destination', name: string): Seen | undefined;
}

/** Listens to a dry run that tells everything, and says what it has heard about one path. */
export class Explanation implements EventSink {
  readonly decisions = true;
  readonly #options: ExplainOptions;
  readonly #decided: NameDecision[] = [];
  readonly #skips: { readonly name: string; readonly verdict: string; readonly text: string }[] = [];
  readonly #deletions: HeardDeletions;
  #change: ChangeEvent | undefined;
  /** Texts of errors and warnings, in order. */
  readonly faults: string[] = [];

  constructor(options: ExplainOptions) {
    this.#options = options;
    this.#deletions = new HeardDeletions(options.names);
  }

  event(event: RunEvent): void {
    switch (event.type) {
      case 'change':
        if (this.#options.names.includes(event.entry.name)) this.#change ??= event;
        break;
      case 'deleted':
        this.#deletions.deleted(event.name);
        break;
      case 'decision':
        this.#decide(event.decision);
        break;
      case 'message':
        this.#deletions.read(event.text);
        if (event.severity !== 'info') this.faults.push(event.text);
        else this.#read(event.text);
        break;
      case 'finished':
        this.#deletions.ended(event.exitCode);
        break;
      default:
    }
  }

  /** A decision about the path itself, or about a directory that it is in. */
  #decide(decision: NameDecision): void {
    const { name } = decision;
    const concerns = this.#options.names.some((one) => one === name || one.startsWith(`${name}/`));
    if (concerns) this.#decided.push(decision);
    else this.#deletions.decided(decision);
  }

  #read(text: string): void {
    const rule =
      /^\[(sender|generator)\] (hiding|showing|protecting|risking) (file|directory) ([^]*) because of pattern ([^]*?)(?: \[per-dir ([^\]]*)\])?$/.exec(
        text,
      );
    if (rule !== null) {
      const [, role, verb, kind, name, pattern, file] = rule;
      const side = role === 'sender' ? 'sender' : 'receiver';
      const verdict = verb === 'hiding' || verb === 'protecting' ? 'exclude' : 'include';
      if (this.#isKnown(side, name!)) return;
      this.#decide({
        side,
        name: name!,
        isDirectory: kind === 'directory',
        verdict,
        rule: `${verdict === 'exclude' ? '-' : '+'} ${pattern}`,
        ...(file === undefined ? {} : { origin: `<rule from ${file}>` }),
      });
      return;
    }
    for (const name of this.#options.names) {
      for (const [verdict, line, why] of SKIPS) {
        if (line(escapedName(name)).test(text)) this.#skips.push({ name, verdict, text: why });
      }
    }
  }

  /** Decisions of this process come with their rules, before the line about the same one. */
  #isKnown(side: string, name: string): boolean {
    return this.#decided.some((known) => known.side === side && known.name === name);
  }

  result(): ExplanationResult {
    const path = this.#path();
    const sender = this.#sender(path);
    const receiver = this.#receiver(path, sender.verdict);
    const deletion = this.#deletion(path, sender.verdict);
    return { path, sender, receiver, deletion, outcome: outcomeOf(sender, receiver, deletion) };
  }

  #path(): string {
    const { names } = this.#options;
    const told = this.#change?.entry.name ?? this.#deletions.name ?? this.#skips[0]?.name;
    if (told !== undefined) return told;
    const decided = names.find((name) => this.#decided.some((each) => each.name === name));
    return decided ?? names.find((name) => this.#options.look('source', name) !== undefined) ?? names[0]!;
  }

  /** The rule about the path, or else the one that keeps a directory above it out. */
  #rule(side: 'sender' | 'receiver', path: string): NameDecision | undefined {
    const own = this.#decided.filter((each) => each.side === side);
    return (
      own.find(({ name, verdict }) => verdict === 'exclude' && path.startsWith(`${name}/`)) ??
      own.find(({ name }) => name === path)
    );
  }

  #sender(path: string): Verdict {
    const rule = this.#rule('sender', path);
    if (rule?.verdict === 'exclude') {
      const what = rule.name === path ? 'excluded' : `in the directory ${rule.name}, which is excluded`;
      return { verdict: 'excluded', text: `${what} by the rule ${ruleText(rule)}`, ...ruleFields(rule) };
    }
    const isListed = this.#change !== undefined || this.#skips.length > 0;
    if (!isListed) {
      const there = this.#options.look('source', path) !== undefined;
      const why = there ? 'the options leave it out' : 'there is no such name in the source';
      return { verdict: 'not-listed', text: `not in the file list: ${why}` };
    }
    if (rule === undefined)
      return { verdict: 'listed', text: 'in the file list; no rule says anything about it' };
    return { verdict: 'listed', text: `in the file list by the rule ${ruleText(rule)}`, ...ruleFields(rule) };
  }

  #receiver(path: string, sender: string): Verdict {
    if (sender !== 'listed')
      return { verdict: 'not-asked', text: 'nothing of that name comes from the sender' };
    const skip = this.#skips.find((each) => each.name === path);
    if (skip !== undefined) return { verdict: skip.verdict, text: `left alone: ${skip.text}` };
    const change = this.#change!;
    const isLink = change.hardLinkTo !== undefined && change.hardLinkTo !== '';
    const reasons = reasonsOf(change.iflags, change.entry.kind, { times: this.#options.times, isLink });
    if (reasons[0] === 'unchanged') return { verdict: 'up-to-date', text: 'up to date' };
    const differences = this.#differences(path, change.entry, reasons);
    const told = differences.map(differenceText).join('; ');
    if (isLink) return { verdict: 'link', text: `hard link to ${change.hardLinkTo}: ${told}`, differences };
    if (reasons[0] === 'new') return { verdict: 'new', text: 'not there yet', differences };
    const isTransfer = (change.iflags & ITEM_TRANSFER) !== 0;
    const verdict = isTransfer ? 'differs' : 'attributes-differ';
    return {
      verdict,
      text: `${isTransfer ? 'differs' : 'its data is kept, but it differs'}: ${told}`,
      differences,
    };
  }

  #differences(path: string, entry: EntryInfo, reasons: readonly Reason[]): Difference[] {
    const there = this.#options.look('destination', path);
    return reasons.map((what) => {
      const source = valueOf(what, { ...entry, uid: entry.uid ?? -1, gid: entry.gid ?? -1 });
      const destination = there === undefined ? undefined : valueOf(what, there);
      return {
        what,
        ...(source === undefined ? {} : { source }),
        ...(destination === undefined ? {} : { destination }),
      };
    });
  }

  #deletion(path: string, sender: string): Verdict {
    if (sender === 'listed') return { verdict: 'kept', text: 'kept: it is in the file list' };
    if (!this.#options.deletes) return { verdict: 'off', text: 'no deletion is asked for' };
    const heard = this.#deletions.about(path);
    if (heard !== undefined && heard.verdict !== 'limit') {
      const { verdict, text, kept } = heard;
      if (kept === undefined) return { verdict, text };
      const why = `${kept.name} is kept by the rule ${ruleText(kept)}`;
      return { verdict, text: `${text}: ${why}`, ...ruleFields(kept) };
    }
    const rule = this.#rule('receiver', path);
    if (rule?.verdict === 'exclude') {
      return { verdict: 'protected', text: `kept by the rule ${ruleText(rule)}`, ...ruleFields(rule) };
    }
    if (this.#options.seesDestination && this.#options.look('destination', path) === undefined) {
      return { verdict: 'absent', text: 'there is no such name at the destination' };
    }
    if (heard !== undefined) return { verdict: heard.verdict, text: heard.text };
    return {
      verdict: 'not-considered',
      text: 'not deleted: no directory of the transfer that is cleaned up has it',
    };
  }
}

function valueOf(what: Reason, seen: Seen): string | number | undefined {
  switch (what) {
    case 'size':
      return seen.lengthBytes;
    case 'time':
      return seen.mtimeSeconds;
    case 'permissions':
      return (seen.mode & 0o7777).toString(8).padStart(4, '0');
    case 'owner':
      return seen.uid;
    case 'group':
      return seen.gid;
    default:
      return undefined;
  }
}

function differenceText({ what, source, destination }: Difference): string {
  const unit = what === 'size' ? ' bytes' : '';
  const show = (value: string | number): string =>
    what === 'time' ? new Date(Number(value) * 1000).toISOString() : `${value}${unit}`;
  if (source === undefined) return what;
  const here = `${what}: source ${show(source)}`;
  return destination === undefined ? here : `${here}, destination ${show(destination)}`;
}

function ruleText({ rule, origin }: NameDecision): string {
  const place = origin === undefined ? 'of the command line' : origin.replace(/^<rule (.*)>$/, '$1');
  return `"${rule}" (${place})`;
}

function ruleFields({ rule, origin }: NameDecision): Pick<Verdict, 'rule' | 'file' | 'line'> {
  const found = /^<rule from ([^]*?)(?: line (\d+))?>$/.exec(origin ?? '');
  if (found === null) return { rule };
  return { rule, file: found[1]!, ...(found[2] === undefined ? {} : { line: Number(found[2]) }) };
}

function outcomeOf(sender: Verdict, receiver: Verdict, deletion: Verdict): string {
  if (sender.verdict === 'listed') {
    const byVerdict: Readonly<Record<string, string>> = {
      'up-to-date': 'nothing',
      new: 'create',
      link: 'link',
      differs: 'transfer',
      'attributes-differ': 'attributes',
    };
    return byVerdict[receiver.verdict] ?? 'skip';
  }
  if (deletion.verdict === 'delete') return 'delete';
  if (['protected', 'not-empty', 'mount-point', 'limit'].includes(deletion.verdict)) return 'protected';
  return sender.verdict === 'excluded' ? 'excluded' : 'missing';
}
