// Differential: --mkpath makes the way to a destination that is named with a dot at its end, as rsync 3.4.1 has it.
import { afterAll, describe, it } from 'vitest';
import { OracleKit, upstream } from './oracle-kit.ts';

describe.skipIf(upstream === undefined)('--mkpath', () => {
  const kit = new OracleKit('mkdir s; echo a > s/foo; touch -d @1500000000 s/foo s');
  afterAll(() => kit.remove());

  for (const line of ['s/foo n/.', 's/foo n/a/.', 's/foo n/', 's/foo n/b', 's n/a/', 'SH s/foo h:$PWD/n/.']) {
    it(line, () => kit.compare(`RSYNC -ri --mkpath ${line}`));
  }
});
