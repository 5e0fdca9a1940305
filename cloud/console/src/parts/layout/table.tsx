import type { ComponentChildren, VNode } from 'preact';
import { texts } from '../../words/words.ts';

export interface TableRow {
  key: string | number;
  cells: readonly ComponentChildren[];
}

/** A table with a head; on a phone each row is a card, in which each cell says what it is. */
export function Table(props: { label: string; heads: readonly string[]; rows: readonly TableRow[] }): VNode {
  return (
    <table class="card table">
      <caption class="unseen">{props.label}</caption>
      <thead>
        <tr>
          {props.heads.map((head, i) => (
            <th key={`${i} ${head}`} scope="col">
              {/* A column of buttons needs no head for those who see it. */}
              {head === '' ? <span class="unseen">{texts().frame.actions}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map(({ key, cells }) => (
          <tr key={key}>
            {cells.map((cell, i) => (
              <td key={props.heads[i]} data-label={props.heads[i]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
