import { api } from '../../api.ts';
import { fill, h } from '../../dom.ts';
import type { Alert } from '../../wire.ts';
import { failure } from '../empty.ts';
import { closeProblem, closeRequest, closeTitle } from './close-model.ts';
import { lastPerson, notePerson } from './person.ts';

/** A button that asks who closes the alert, and why; null for one that has ended. */
export function closeButton(alert: Alert, nowMs: number): HTMLElement | null {
  const title = closeTitle(alert, nowMs);
  if (title === null) return null;
  const open = () => openDialog(alert, title);
  return h('button', { class: 'button alert-close', type: 'button', on: { click: open } }, 'Close by hand…');
}

/** Its own element of the page: cards are drawn anew while somebody writes. */
function openDialog(alert: Alert, title: string): void {
  const by = h('input', { id: 'close-by', required: true, maxlength: 64, autocomplete: 'name' });
  const reason = h('input', { id: 'close-reason', required: true, maxlength: 300, autocomplete: 'off' });
  const problem = h('div');
  const send = h('button', { class: 'button button-main' }, 'Close it');
  const dialog = h('dialog', { class: 'card close-dialog', 'aria-label': 'Close an alert by hand' });
  const submit = async (event: Event) => {
    event.preventDefault();
    const request = closeRequest(alert, { by: by.value, reason: reason.value });
    if (!request) return fill(problem, failure('Say who closes it, and why.'));
    send.disabled = true;
    try {
      await api.closeAlert(request);
      notePerson(request.by);
      dialog.close();
    } catch (error) {
      fill(problem, failure(closeProblem(error)));
      send.disabled = false;
    }
  };
  const cancel = () => dialog.close();
  by.value = lastPerson();
  dialog.append(
    h(
      'form',
      { on: { submit: (event) => void submit(event) } },
      h('h2', {}, 'Close by hand'),
      h('p', {}, title),
      h('p', { class: 'muted' }, 'Those who were told of it are told who closed it, and why.'),
      h('label', { for: 'close-by' }, 'Who'),
      by,
      h('label', { for: 'close-reason' }, 'Why'),
      reason,
      problem,
      h(
        'p',
        { class: 'close-buttons' },
        send,
        h('button', { class: 'button', type: 'button', on: { click: cancel } }, 'Cancel'),
      ),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
