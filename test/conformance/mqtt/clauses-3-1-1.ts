/**
 * The normative statements of MQTT 3.1.1 about a server, by number, in our words. A line without more has a test that names
 * it; `~` gives the reason why there is none, `@` a test elsewhere that shows it.
 */
export const clauses311 = `
1.5.3-1 text that is not UTF-8 ends the connection
1.5.3-2 text with U+0000 ends the connection
1.5.3-3 a byte order mark is kept
2.2.2-1 reserved flags have their values
2.2.2-2 other flags end the connection
2.3.1-1 packet ids are not 0
2.3.1-2 a new packet has an id that is not in use
2.3.1-3 ~ about clients: when they may use an id again
2.3.1-4 the same of a server's messages
2.3.1-5 QoS 0 has no packet id
2.3.1-6 answers to PUBLISH have its id
2.3.1-7 SUBACK and UNSUBACK have the id of what they answer
3.1.0-1 CONNECT comes first
3.1.0-2 a second CONNECT ends the connection
3.1.2-1 another protocol name is refused
3.1.2-2 an unknown level is answered with code 1
3.1.2-3 the reserved flag of CONNECT is 0
3.1.2-4 a session that is there is resumed
3.1.2-5 messages of QoS 1 and 2 are kept for it
3.1.2-6 a clean session discards what there was
3.1.2-7 retained messages outlive the session of their sender
3.1.2-8 a will is published when the connection fails
3.1.2-9 with Will Flag, its fields are there
3.1.2-10 DISCONNECT takes the will away
3.1.2-11 without Will Flag, QoS and Retain of the will are 0
3.1.2-12 without Will Flag, nothing is published
3.1.2-13 the same of the QoS alone
3.1.2-14 a will has no QoS 3
3.1.2-15 the same of Retain alone
3.1.2-16 a will without Retain is not retained
3.1.2-17 a will with Retain is retained
3.1.2-18 no user name without its flag
3.1.2-19 a user name with its flag
3.1.2-20 no password without its flag
3.1.2-21 a password with its flag
3.1.2-22 no password without a user name
3.1.2-23 ~ about clients: they send PINGREQ
3.1.2-24 one and a half intervals of silence end the connection
3.1.3-1 @ gateway/sources/mqtt/specification.test.ts: 3.1.3-1: bytes after the fields of CONNECT
3.1.3-2 @ gateway/sources/mqtt/exactly-once.test.ts: is 1 for a kept session, with or without subscriptions, also after a restart
3.1.3-3 @ gateway/sources/mqtt/specification.test.ts: 3.1.3-1: bytes after the fields of CONNECT
3.1.3-4 @ gateway/sources/mqtt/hostile.test.ts: a client id
3.1.3-5 ids of 1 to 23 letters and digits are taken
3.1.3-6 an empty id gets one
3.1.3-7 an empty id needs a clean session
3.1.3-8 without one it is refused with code 2
3.1.3-9 an id that is not taken is refused with code 2
3.1.3-10 ~ shown by 1.5.3-1: the parser checks every text in the same place
3.1.3-11 ~ shown by 1.5.3-1: the parser checks every text in the same place
3.1.4-1 a CONNECT that does not fit is refused
3.1.4-2 a second connection with an id ends the first
3.1.4-3 Clean Session is heeded
3.1.4-4 CONNACK with code 0 answers a CONNECT
3.1.4-5 after a refusal nothing is processed
3.2.0-1 CONNACK comes first
3.2.2-1 Session Present is 0 after a clean session
3.2.2-2 it is 1 where there is a session
3.2.2-3 it is 0 where there is none
3.2.2-4 it is 0 in a refusal
3.2.2-5 a refusal ends the connection
3.2.2-6 ~ every refusal of this broker has a code
3.3.1-1 what is sent again has DUP
3.3.1-2 QoS 0 has no DUP
3.3.1-3 ~ DUP of what goes out is set by the delivery alone: shown by 3.3.1-1
3.3.1-4 QoS 3 ends the connection
3.3.1-5 a message with RETAIN is kept
3.3.1-6 a new subscription gets it
3.3.1-7 one of QoS 0 takes the place of the one before
3.3.1-8 it comes with RETAIN
3.3.1-9 others get it without RETAIN
3.3.1-10 an empty one removes it
3.3.1-11 an empty one is not kept
3.3.1-12 without RETAIN nothing changes
3.3.2-1 the topic comes first, in UTF-8
3.3.2-2 a topic has no wildcards
3.3.2-3 a message has the topic that it was published on
3.3.4-1 PUBLISH is answered by its QoS
3.3.5-1 overlapping filters: the highest QoS
3.3.5-2 a message without a right is acknowledged or ends the connection
3.6.1-1 flags of PUBREL
3.8.1-1 flags of SUBSCRIBE
3.8.3-1 filters are UTF-8
3.8.3-2 wildcards are served
3.8.3-3 SUBSCRIBE has a filter
3.8.3-4 its reserved bits are 0
3.8.4-1 SUBSCRIBE is answered with SUBACK
3.8.4-2 with the same id
3.8.4-3 an equal filter replaces the earlier one
3.8.4-4 several filters are handled as several packets
3.8.4-5 SUBACK has a code for each
3.8.4-6 a message has at most the QoS that was granted
3.9.3-1 codes are in the order of the filters
3.9.3-2 codes are 0, 1, 2 and 128
3.10.1-1 flags of UNSUBSCRIBE
3.10.3-1 its filters are UTF-8
3.10.3-2 it has a filter
3.10.4-1 filters are compared letter by letter
3.10.4-2 nothing new comes
3.10.4-3 what is under way is finished
3.10.4-4 UNSUBACK answers, with the same id
3.10.4-5 also where there was no subscription
3.10.4-6 several filters are handled as several packets
3.12.4-1 PINGREQ is answered
3.14.1-1 DISCONNECT has no flags
3.14.4-1 ~ about clients
3.14.4-2 ~ about clients
3.14.4-3 DISCONNECT takes the will away
4.1.0-1 the session is kept as long as its client has it
4.1.0-2 ~ sessions outlive failures of the program: shown by the tests of gateway/sources/mqtt/sessions and by chaos
4.2.0-1 ~ every test here runs over TCP
4.3.1-1 QoS 0 is sent once
4.3.2-1 sending QoS 1
4.3.2-2 receiving QoS 1
4.3.3-1 sending QoS 2
4.3.3-2 receiving QoS 2
4.4.0-1 what was not acknowledged is sent again at the next connection
4.5.0-1 messages are added to the sessions of subscribers
4.5.0-2 ~ about clients
4.6.0-1 ~ about clients: the order in which they send again
4.6.0-2 PUBACK in the order of PUBLISH
4.6.0-3 PUBREC in the order of PUBLISH
4.6.0-4 ~ PUBREL is answered packet by packet on one connection, in the order in which PUBREC came
4.6.0-5 a topic is ordered
4.6.0-6 messages go out in that order
4.7.1-1 wildcards are for filters
4.7.1-2 # is the last level
4.7.1-3 + is a whole level
4.7.2-1 wildcards at the first level do not match $
4.7.3-1 topics and filters have a letter
4.7.3-2 and no U+0000
4.7.3-3 ~ the length in front of a text has two bytes
4.7.3-4 nothing is normalised
4.8.0-1 a violation ends the connection
4.8.0-2 ~ a failure of the disk ends the connection: gateway/sources/mqtt/acknowledging.test.ts
6.0.0-1 @ gateway/sources/mqtt/specification.test.ts: 6.0.0-1: text frames on a WebSocket
6.0.0-2 @ gateway/sources/mqtt/inlet/inlet.test.ts: yields the same packets in order, however the bytes are split
6.0.0-3 ~ about clients
6.0.0-4 @ gateway/sources/mqtt/specification.test.ts: 6.0.0-1: text frames on a WebSocket
`;
