// What -C stands for (docs/protocol/06-filters.md §11).
import { type CvsRule, type PatternRule, patternRule } from './rule.ts';

const BUILT_IN =
  'RCS SCCS CVS CVS.adm RCSLOG cvslog.* tags TAGS .make.state .nse_depinfo *~ #* .#* ,* _$* *$ *.old *.bak *.BAK *.orig ' +
  '*.rej .del-* *.a *.olb *.o *.obj *.so *.exe *.Z *.elc *.ln core .svn/ .git/ .hg/ .bzr/';

/** The user's own words: of $HOME/.cvsignore and of $CVSIGNORE. */
export interface CvsWords {
  readonly home: string;
  readonly environment: string;
}

export const NO_CVS_WORDS: CvsWords = { home: '', environment: '' };

/** The list, with the modifiers of the rule that asked for it first; the built-in part is perishable from protocol 30 on. */
export function cvsRules(words: CvsWords, protocol: number, first: CvsRule): readonly PatternRule[] {
  const { absolute, negated, sides } = first;
  let rules: PatternRule[] = [];
  const take = (text: string, perishable: boolean): void => {
    for (const word of text.split(/\s+/)) {
      if (word === '!') rules = [];
      else if (word !== '') {
        const rule = patternRule('exclude', word, { absolute, negated, perishable, sides, xattr: false });
        rules.push(first.everySide === true ? { ...rule, everySide: true } : rule);
      }
    }
  };
  take(BUILT_IN, first.perishable || protocol >= 30);
  take(words.home, first.perishable);
  take(words.environment, first.perishable);
  return rules;
}
