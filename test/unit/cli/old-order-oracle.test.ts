// Differential: the order of names before protocol 29, where those of directories are messages that overtake all requests but the
// first one, beside rsync 3.4.1 (docs/protocol/07-output.md §4).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES = `mkdir -p s/+d s/+e d; touch s/!a s/!b s/!c s/-b s/zz s/+d/q s/+e/r; touch -d 2020-01-01 $(find s); touch -d 2019-01-01 d`;

besideUpstream('a push before protocol 29', FILES, (kit) => {
  it('tells the first file, then directories, then the other files', () => {
    const numbered = `| grep -v '^sent\\|^total\\|^$' | cat -n`;
    kit.compare(`RSYNC -avn --protocol=28 s/ d ${numbered}`);
    kit.compare(`RSYNC -avn --protocol=27 SH s/ h:$PWD/d ${numbered}`);
  }, 60_000);

  it('tells a file that is not the first entry after the directories', () => {
    const numbered = `| grep -v '^sent\\|^total\\|^$' | cat -n`;
    kit.compare(`RSYNC -avn --protocol=28 s/ new ${numbered}`);
    kit.compare(`RSYNC -avn --protocol=27 SH s h:$PWD/d ${numbered}`);
    kit.compare(`RSYNC -av --protocol=28 s/+d s/zz s/+e new ${numbered}`);
  }, 60_000);
});
