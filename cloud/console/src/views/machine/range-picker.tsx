import type { VNode } from 'preact';
import { ranged, type SpanName, spanNames } from '../../charts/range-model.ts';
import type { Range } from '../../charts/series.ts';
import { texts } from '../../words/words.ts';

interface Props {
  wanted: SpanName | Range;
  /** The range that is shown; null until it is fetched. */
  range: Range | null;
  onShow(wanted: SpanName | Range): void;
}

/** Chooses the span of time: spans that end at the last reading, and from there earlier, later, nearer and farther. */
export function RangePicker({ wanted, range, onShow }: Props): VNode {
  const words = texts().machine;
  const move = (change: Parameters<typeof ranged>[1]) => range && onShow(ranged(range, change));
  const buttons = [
    { text: '‹', label: words.earlier, change: { move: -0.5 } },
    { text: '›', label: words.later, change: { move: 0.5 } },
    { text: '+', label: words.nearer, change: { zoom: 0.5 } },
    { text: '−', label: words.farther, change: { zoom: 2 } },
  ];
  return (
    <>
      <fieldset class="segments" aria-label={words.range}>
        {spanNames.map((name) => (
          <button key={name} type="button" aria-pressed={wanted === name} onClick={() => onShow(name)}>
            {words.spans[name]}
          </button>
        ))}
      </fieldset>
      <fieldset class="segments" aria-label={words.move} title={words.moveHelp}>
        {buttons.map(({ text, label, change }) => (
          <button key={text} type="button" aria-label={label} title={label} onClick={() => move(change)}>
            {text}
          </button>
        ))}
      </fieldset>
    </>
  );
}
