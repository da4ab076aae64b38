// Options about rights and times: what they mean, what a server is told, what is refused.
import { parseArguments } from '@ocrsync/node/options/parse';
import { serverArguments } from '@ocrsync/node/options/server-args';
import { describe, expect, it } from 'vitest';

function optionsOf(...words: string[]) {
  const outcome = parseArguments([...words, 's', 'h:d'], {});
  if (outcome.kind === 'stop') throw new Error(outcome.stderr);
  return outcome.options;
}

function told(push: boolean, ...words: string[]): string {
  return serverArguments(optionsOf(...words), { push, paths: ['d'], quoting: true }).join(' ');
}

function refusal(...words: string[]): string {
  const outcome = parseArguments(words, {});
  return outcome.kind === 'stop' ? `${outcome.exitCode} ${outcome.stderr.trimEnd()}` : 'accepted';
}

describe('--super, --no-super and --fake-super', () => {
  it('take the last word', () => {
    expect(optionsOf().privileges).toBe('auto');
    expect(optionsOf('--super').privileges).toBe('super');
    expect(optionsOf('--super', '--fake-super').privileges).toBe('fake');
    expect(optionsOf('--fake-super', '--no-super').privileges).toBe('ordinary');
    expect(optionsOf('--no-super', '--super').privileges).toBe('super');
  });

  it('are this side’s own; only a receiving server hears of --super', () => {
    expect(told(true, '--super')).toBe('--server -e.LsfxCIvu --super . d');
    expect(told(false, '--super')).toBe('--server --sender -e.LsfxCIvu . d');
    expect(told(true, '--fake-super')).toBe('--server -e.LsfxCIvu . d');
    expect(told(true, '--no-super')).toBe('--server -e.LsfxCIvu . d');
  });

  it('conflict with -XX only as fake-super', () => {
    expect(refusal('-XX', '--fake-super', 's', 'd')).toBe('1 rsync: --fake-super conflicts with -XX');
    expect(refusal('-XX', '--super', 's', 'd')).toBe('accepted');
    expect(refusal('-X', '--fake-super', 's', 'd')).toBe('accepted');
  });
});

describe('--atimes and --open-noatime', () => {
  it('count: twice -U leaves access times alone as well', () => {
    expect(optionsOf('-U')).toMatchObject({ atimes: 1, openNoatime: false });
    expect(optionsOf('-UUU')).toMatchObject({ atimes: 2, openNoatime: true });
    expect(optionsOf('-U', '--no-U')).toMatchObject({ atimes: 0, openNoatime: false });
    expect(optionsOf('--open-noatime')).toMatchObject({ atimes: 0, openNoatime: true });
    expect(optionsOf('--open-noatime', '--no-open-noatime').openNoatime).toBe(false);
  });

  it('are told to every server, in rsync’s places', () => {
    expect(told(true, '-aU')).toBe('--server -logDtUpre.iLsfxCIvu . d');
    expect(told(false, '-aUU')).toBe('--server --sender -logDtUUpre.iLsfxCIvu . d');
    expect(told(true, '-U', '--open-noatime')).toBe('--server -Ue.LsfxCIvu --open-noatime . d');
    expect(told(true, '-UU', '--open-noatime')).toBe('--server -UUe.LsfxCIvu . d');
  });
});

describe('--crtimes', () => {
  it('is refused in rsync’s words, since Linux cannot set them', () => {
    expect(refusal('-aN', 's', 'd')).toBe('1 rsync: This rsync does not support --crtimes (-N)');
    expect(refusal('--crtimes', 's', 'd')).toBe('1 rsync: This rsync does not support --crtimes (-N)');
    expect(refusal('--server', '-Ne.LsfxCIvu', '.', 'd')).toBe(
      '1 rsync: The server does not support --crtimes (-N)',
    );
    expect(refusal('-a', '--no-N', 's', 'd')).toBe('accepted');
  });
});
