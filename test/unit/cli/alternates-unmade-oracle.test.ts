// What is told of alternate directories where a dry run lacks the destination they are relative to, beside rsync 3.4.1
// (docs/protocol/04-transfer.md §3.10).
import { afterAll, describe, it } from 'vitest';
import { OracleKit, upstream } from './oracle-kit.ts';

describe.skipIf(upstream === undefined)('a destination that is not made', { timeout: 60_000 }, () => {
  const kit = new OracleKit('mkdir -p w/s w/alt; touch -d 2020-01-01 w/s/a w/alt/a; cd w');
  afterAll(() => kit.remove());

  it.each([
    '.',
    './',
    './alt',
    '../alt',
    '..',
    '../',
    '../..',
    '../../w',
    '../../q',
    './../alt',
    'x/../y',
    '../x/../s',
  ])('has no way through itself to %s', (directory) => {
    kit.compare(`RSYNC -rtin --compare-dest=${directory} s/ new`);
  });

  it('is told by a server as well', () => {
    kit.compare('RSYNC -rtin --compare-dest=../.. SH s/ h:$PWD/new');
    kit.compare('RSYNC -rtin --copy-dest=. SH h:$PWD/s/ new/');
  });
});
