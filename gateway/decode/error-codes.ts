import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  CONTRACT_EMPTY: {
    stage: 'contract',
    meaning:
      'A message holds no value for any sensor that the machine’s type declares. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Compare the names that the message lists with those of the machine type; correct either, or the rule that gives the machine its type.',
  },
  CONTRACT_FINITE: {
    stage: 'contract',
    meaning:
      'A sensor’s value is not a finite number (NaN or infinite). It is refused alone: the other values of the reading are stored, and it is kept as a dead letter the first time and then once an hour, and counted. A reading without other values is kept whole.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Correct the device, or leave the value out where there is none.',
  },
  CONTRACT_RANGE: {
    stage: 'contract',
    meaning:
      'A sensor’s value lies outside the range that the machine’s type allows. It is refused alone: the other values of the reading are stored, and it is kept as a dead letter the first time and then once an hour, and counted. A reading without other values is kept whole.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Check the sensor and its unit; if the range is too narrow, widen it in the machine type.',
  },
  CONTRACT_UNIT: {
    stage: 'contract',
    meaning:
      'A message says beside a value that it is in another unit than its sensor, which cannot be converted: the machine type declares the sensor’s unit, or the first message that said one did. The value is refused alone: the other values of the reading are stored, and it is kept as a dead letter the first time and then once an hour, and counted. A reading without other values is kept whole.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Let the device send one unit for each sensor, or give what it measures in another quantity a name of its own. If the unit of an open type’s sensor was wrong at first, retire the sensor or declare a machine type.',
  },
  CONTRACT_TYPE: {
    stage: 'contract',
    meaning:
      'A sensor’s value is not a number. It is refused alone: the other values of the reading are stored, and it is kept as a dead letter the first time and then once an hour, and counted. A reading without other values is kept whole.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Make the device send a number for this sensor, or declare it as it is sent in the machine type; the reason of the dead letter names both.',
  },
  DECODE_JSON: {
    stage: 'decode',
    meaning: 'The payload of a message is not JSON. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Correct the device, or the `format` of its route. Afterwards: `harbinger deadletters redrive`.',
  },
  DECODE_MIXED: {
    stage: 'decode',
    meaning:
      'A message has values of several things (nodes, devices, slaves of a bus) under the same names, which would become one series. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Name the field that tells them apart under `labels` of the route, or give each thing a topic of its own. Afterwards: `harbinger deadletters redrive`.',
  },
  DECODE_NAME_TWICE: {
    stage: 'decode',
    meaning:
      'Two fields of one reading would have the same sensor’s name, such as `{"a": {"b": 1}, "a_b": 2}`. The first is stored; the other is refused alone, kept as a dead letter the first time and then once an hour, and counted. Or a key comes twice in one object, such as `{"a": 1, "a": 2}`: then it is not JSON that all programs read alike, and the whole message is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Rename one of the fields in the device, or let it send the key once.',
  },
  DECODE_QUALITY: {
    stage: 'decode',
    meaning:
      'The message says that a value is bad, such as `"q": false`, `"quality": "bad"` or a bad status code of OPC UA. It is refused alone, kept as a dead letter the first time and then once an hour, and counted; the other values of the message are stored. If it has no other, the message is kept whole.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Check the device behind the sender, and the connection to it.',
  },
  DECODE_READINGS: {
    stage: 'decode',
    meaning:
      'What a source (not a device by a message) has handed in as readings is not in the form in which this version keeps them. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'A letter of a later version is read by that version. Otherwise report it: it is a mistake of the source, which the letter’s client names.',
  },
  DECODE_SENML: {
    stage: 'decode',
    meaning: 'The payload of a message is not valid SenML (RFC 8428). It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Correct the device. Afterwards: `harbinger deadletters redrive`.',
  },
  DECODE_SHAPE: {
    stage: 'decode',
    meaning:
      'The payload of a message is JSON, but of a form that holds no readings. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Let the device send an object of sensor names and numbers, or one of the other forms that the README lists. Afterwards: `harbinger deadletters redrive`.',
  },
  DECODE_TIME: {
    stage: 'decode',
    meaning: 'A reading carries a time that cannot be understood. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Let the device send ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970; or no time at all.',
  },
  DECODE_TOO_LONG: {
    stage: 'decode',
    meaning:
      'A name in a message, or the topic of the message, has more than 1,024 characters. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Correct the device; names of sensors have up to 64 characters.',
  },
  DECODE_TOO_MANY: {
    stage: 'decode',
    meaning:
      'One message holds more than 1,000 readings or lines, more than 65,536 values, or more than 2,048 values in one reading; the reason says which. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Let the device send smaller batches.',
  },
  MACHINE_LIMIT: {
    stage: 'contract',
    meaning:
      'One sender (a user of the broker, or a client or serial port without one) reports for more machines than one may: `machinesMax`, or, where several senders have machines, as many as it leaves to the others, of twice as many. Messages of further machines are kept as dead letters. The machines of other senders are not affected.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Find the device that makes up machine names (the dead letter names user and client), or raise `machinesMax`.',
  },
  MACHINE_NAME: {
    stage: 'contract',
    meaning:
      'The site or machine in a topic or payload is not a plain name. The message is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Use up to 64 letters (a–z), digits, and `_ . -` after the first.',
  },
  MACHINE_TYPE_UNKNOWN: {
    stage: 'config',
    meaning: 'A rule under `[[machines]]`, or `unknownMachines`, names a machine type that does not exist.',
    retried: 'No. Nothing is started.',
    remedy:
      'Correct the name (the message lists those that exist), or put the type’s file into `machineTypesDir`.',
  },
  MACHINE_IGNORED: {
    stage: 'contract',
    meaning:
      'A message is of a machine that no rule names and that people have said to ignore. It is acknowledged, counted and not kept.',
    retried: 'No.',
    remedy: 'If it is wanted after all: `harbinger machines undo SITE/MACHINE`, or accept it.',
  },
  MACHINE_UNKNOWN: {
    stage: 'contract',
    meaning:
      'No rule assigns a machine type to a machine. Its messages are kept as dead letters, and what they say is summarised.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      '`harbinger machines waiting` shows what it sends; `harbinger machines accept SITE/MACHINE --type TYPE` takes it in with what is held. Or add a rule under `[[machines]]`, or set `unknownMachines` to a type; afterwards: `harbinger deadletters redrive`.',
  },
  TOPIC_UNROUTED: {
    stage: 'decode',
    meaning: 'A message arrived on a topic without a route. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Add a route under `[[routes]]` that takes the topic, or correct the device’s topic. Afterwards: `harbinger deadletters redrive`.',
  },
});
