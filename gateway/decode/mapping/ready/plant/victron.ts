import type { Mapping } from '../../schema.ts';

/** https://github.com/victronenergy/dbus-flashmq: N/<portal>/<service>/<instance>/<path> with {"value": …}; an empty message once the device is gone. */
export const victron: Mapping = {
  about: 'Victron’s Venus OS: a machine is a service with its instance, a sensor is the path below it.',
  topics: ['N/#'],
  rest: 'leave',
  messages: [
    { topic: '#/N/{portal}/keepalive', skip: true },
    { topic: '#/N/{portal}/full_publish_completed', skip: true },
    { topic: '#/N/{portal}/heartbeat', skip: true },
    { topic: '#/N/{portal}/settings/#', skip: true },
    { topic: '#/N/{portal}/{service}/{instance}/ProductName', skip: true },
    { topic: '#/N/{portal}/{service}/{instance}/CustomName', skip: true },
    { topic: '#/N/{portal}/{service}/{instance}/Serial', skip: true },
    { topic: '#/N/{portal}/{service}/{instance}/Mgmt/#', skip: true },
    {
      topic: 'N/{portal}/{service}/{instance}/#',
      machine: '{service}-{instance}',
      leave: ['min', 'max'],
      fields: [
        { path: 'value', sensor: '{#}' },
        // A device that went away sends empty messages.
        { path: '.', sensor: '{#}' },
      ],
    },
  ],
};
