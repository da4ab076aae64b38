// --fuzzy, when the similar file is something else by the time its data is wanted (docs/protocol/04-transfer.md §9.4).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const SIMILAR = `mkdir s d t; seq 1 4000 >s/report-1.txt; echo t >>s/report-1.txt; cp s/report-1.txt t; seq 1 4000 >d/report-2.txt
ln -s report-1.txt s/report-2.txt; mkdir t/report-2.txt; touch -hd 2020-01-01 $(find s t); touch -d 2019-01-01 d/report-2.txt`;

besideUpstream(
  'a similar file that makes way for something else',
  { prepare: SIMILAR, timeout: 60_000 },
  (kit) => {
    it.each([
      '-ay',
      '-ayy --delete',
      '-ay --delete-after -b',
      '-ayz',
      '-ay --inplace',
      '-ay --delay-updates',
    ])('is a reason to ask once more: %s', (letters) => {
      for (const from of ['s', 't']) {
        kit.compare(`RSYNC ${letters} --no-W ${from}/ d/`);
        kit.compare(`RSYNC ${letters} SH ${from}/ h:$PWD/d/`);
        kit.compare(`RSYNC ${letters} SH h:$PWD/${from}/ d/`);
      }
    });
  },
);
