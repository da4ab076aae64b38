// Local times as rsync prints them (docs/protocol/07-output.md §2.2, §6 %M).

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `YYYY/MM/DD` + separator + `HH:MM:SS`, local time zone. */
export function localTime(secondsSinceEpoch: number, separator: ' ' | '-' = ' '): string {
  const date = new Date(secondsSinceEpoch * 1000);
  if (Number.isNaN(date.getTime())) return '(time out of range)';
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day}${separator}${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
