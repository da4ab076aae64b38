// The table of options for the README, as markdown, from the option table.
import { rowSpelling } from './help.ts';
import { OPTION_ROWS } from './table.ts';

/** One row an option, in the order of the table; internal ones are left out. */
export function supportTable(): string {
  const lines = ['| option | undone by | what it does | state |', '|---|---|---|---|'];
  for (const row of OPTION_ROWS) {
    if (row.group === 'internal') continue;
    const negations = (row.negations ?? []).map((name) => `\`--${name}\``).join(' ');
    const aliases = (row.aliases ?? []).map((name) => `, \`--${name}\``).join('');
    const spelling = `\`${rowSpelling(row).replaceAll('|', '\\|')}\`${aliases}`;
    lines.push(
      `| ${spelling} | ${negations} | ${row.help} | ${row.status === 'done' ? 'yes' : 'refused by name'} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}
