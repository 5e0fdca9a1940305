import type { VNode } from 'preact';
import type { Alert, Verdict } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { closingVerdicts, isOfMachine, type Question, type Said, shelfHours } from './work-model.ts';

interface Props {
  alerts: readonly Alert[];
  question: Question;
  said: Said;
  onSaid(change: Partial<Said>): void;
}

/** The fields of a question: the name, and what else the deed needs. */
export function WorkFields({ alerts, question, said, onSaid }: Props): VNode {
  const words = texts().alerts;
  const isClosing = question.asked === 'close';
  const field = (
    id: string,
    label: string,
    name: 'by' | 'note' | 'to' | 'cause',
    isRequired: boolean,
    lengthMax: number,
  ) => (
    <>
      <label for={id}>{label}</label>
      <input
        id={id}
        required={isRequired}
        maxLength={lengthMax}
        autocomplete={name === 'by' ? 'name' : 'off'}
        value={said[name]}
        onInput={({ currentTarget }) => onSaid({ [name]: currentTarget.value })}
      />
    </>
  );
  const noteLabel = isClosing ? words.why : question.note === 'must' ? words.note : words.noteMay;
  return (
    <>
      {field('work-by', words.yourName, 'by', true, 64)}
      {question.asksWho && field('work-to', words.whoLooksAfter, 'to', true, 64)}
      {question.asksHours && (
        <>
          <label for="work-hours">{words.for}</label>
          <select
            id="work-hours"
            value={String(said.hours)}
            onChange={({ currentTarget }) => onSaid({ hours: Number(currentTarget.value) })}
          >
            {shelfHours.map((each) => (
              <option key={each} value={String(each)}>
                {words.hours(each)}
              </option>
            ))}
          </select>
        </>
      )}
      {isClosing && alerts.some(isOfMachine) && (
        <>
          <Outcome chosen={said.verdict} onChoose={(verdict) => onSaid({ verdict })} />
          {field('work-cause', words.cause, 'cause', false, 200)}
        </>
      )}
      {field('work-note', noteLabel, 'note', question.note === 'must', isClosing ? 300 : 500)}
    </>
  );
}

/** The word of a person on whether the warning was right. */
function Outcome({ chosen, onChoose }: { chosen: Verdict | ''; onChoose(verdict: Verdict): void }): VNode {
  const words = texts().alerts;
  return (
    <fieldset class="choices">
      <legend>{words.itWas}</legend>
      {closingVerdicts.map((verdict) => (
        <label key={verdict}>
          <input
            type="radio"
            name="work-outcome"
            value={verdict}
            required
            checked={chosen === verdict}
            onChange={() => onChoose(verdict)}
          />
          {words.verdicts[verdict]}
        </label>
      ))}
    </fieldset>
  );
}
