// Several readers of one event stream: the screen and a log file.
import type { EventSink, RunEvent } from './events.ts';

/** Gives every event to each of them. An event is only left out where all of them ignore its kind. */
export function tee(sinks: readonly EventSink[]): EventSink {
  if (sinks.length === 1) return sinks[0]!;
  const ignores = (['change', 'progress'] as const).filter((kind) =>
    sinks.every((sink) => sink.ignores?.includes(kind) === true),
  );
  return {
    ignores,
    event(event: RunEvent): void {
      for (const sink of sinks) {
        const isIgnored =
          (event.type === 'change' || event.type === 'progress') && sink.ignores?.includes(event.type);
        if (isIgnored !== true) sink.event(event);
      }
    },
  };
}
