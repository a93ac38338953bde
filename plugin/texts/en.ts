/**
 * Every sentence of the plugin's own that agents, admins and customers read, in English. What stands in braces is filled in. Another
 * language is another file of this shape.
 */
export const en = {
  verbatim: '{words}',
  reply: {
    noAccount: 'No X account is active in this channel. Please tell your administrator.',
    unknownAccount: 'There is no X account "{name}" in this channel. Please tell your administrator.',
    inactiveAccount:
      'The X account "{name}" is switched off in this channel. Please tell your administrator.',
    empty: 'The message is empty: write a text or attach a file.',
    isNotice: 'This is a notice for agents, so it is not sent to the customer.',
    tooManyFiles: 'At most {max} files can be sent at a time.',
    tooLong:
      'The message has {length} characters; at most {max} can be sent. Please send it as a file or a link.',
    noContact: 'The request has no contact, so there is nobody to reply to.',
    emptyMapKey:
      'The contact\'s field "{field}" is empty: put the customer\'s X handle there, then send again.',
    unknownThread:
      'This interaction belongs to a public conversation that the X channel no longer knows, so the reply was not sent. Please reply on x.com, or write to the customer in a private interaction.',
    neverPlain:
      'This customer has written encrypted before, so a plain reply was withheld, and encrypted chat does not work for this account or customer now. Please reply on x.com. Your administrator can set up the keys, or switch off "Never plain after encrypted".',
    outcomeUnknownFor:
      'The connection to X broke while sending, and for {hours} hours X could not be asked whether the message arrived. Please check on x.com before sending it again.',
    givenUp:
      'Delivery failed after {hours} hours of retries. Please write to the customer again if it still matters.',
    setAsideUnclear:
      'Your administrator took it out of the queue after an attempt whose outcome is not known.',
    setAside: 'Your administrator took it out of the queue, so it was not sent.',
    badRecipient: '"{value}" {why}. Correct the contact\'s X handle and send again.',
    recipient: {
      noHandle: 'is neither an X handle nor an X user id',
      unknown: 'does not exist on X, or no longer does',
      ambiguous: 'is the id of one customer and the handle of another on X',
    },
    preparedAgain: 'The message is prepared again, without a reply that was set aside.',
    encryptedNow: 'The customer writes encrypted now, so the reply is encrypted and sent again.',
    postTooLong:
      "The public reply is {tooMany} characters over X's limit of {max}, where emoji and Chinese, Japanese or Korean characters count 2 and a link counts 23.",
    postDeleted: 'The customer deleted the post on X, so the reply was withheld.',
    outcomeUnknown:
      'The connection to X broke while sending, and X does not show whether the message arrived. Please check on x.com before sending it again.',
    tooManyPictures:
      'A public reply takes up to {max} pictures, or one video or GIF. Please send the others by themselves.',
    wrongToken: 'The reply token is missing or wrong: check the Reply URL in XCALLY Motion.',
    noBody: 'The call to the Reply URL has no content.',
    notJson: 'The call to the Reply URL is not JSON.',
    unreadable: 'The call to the Reply URL cannot be understood ({faults}).',
    cannotStore: 'The X channel cannot store messages right now. Please tell your administrator.',
    leftOut: 'Your public reply was published without {parts}, because of the character limit.',
    part: {
      deepLink: 'the link to private messages',
      initials: 'your initials',
    },
    stillSending: 'It is still being sent.',
    waitsForEarlier: 'It waits for an earlier message.',
    mayHaveArrived:
      '{text} An earlier attempt may have reached the customer: please check on x.com before sending it again.',
    quote: {
      bot: 'What the bot said to the customer',
      encrypted: 'Your encrypted message',
      file: 'Your file',
      text: 'Your message "{text}"',
      alsoBot: '{others} and what the bot said to the customer',
      alsoEncrypted: '{others} and your encrypted message',
      alsoFile: '{others} and your file',
      alsoText: '{others} and your message "{text}"',
    },
    notDelivered_one: '{replies} was not delivered. {why}',
    notDelivered_other: '{replies} were not delivered. {why}',
    maybeNotDelivered: '{replies} may not have been delivered. {why}',
  },
  admin: {
    otherUser: "The sign-in is that of @{handle}, who is not this account's user.",
    userTaken: '@{handle} is the account "{account}" already.',
    unknownAccount: 'There is no account "{name}": save it first.',
    unknownCall: 'There is no such call.',
    unreadableCall: 'The call cannot be understood ({fault}).',
    pleaseSignIn: 'Please sign in.',
    wrongSetupCode: 'The set-up code is wrong, or was used already.',
    wrongPassword: 'The password is wrong.',
    unknownMotionAdmin: 'XCALLY Motion does not know this admin user.',
    wrongCurrentPassword: 'The current password is wrong.',
    confirm: 'This needs your password once more.',
    wrongConfirmation: 'Your password is wrong.',
    motionCannotConfirm:
      'XCALLY Motion cannot be asked about your password right now: enter the panel’s own.',
    emptyBackup: 'This file holds no settings.',
    encryptedBackup: 'This file is encrypted: enter the password it was exported with.',
    wrongFilePassword: 'The password is wrong, or the file was damaged.',
    notABackup: 'This is not a settings file of openchannel-x.',
    shortFilePassword: 'The password of the file must have at least {min} characters.',
    messageGone: 'This message has moved on meanwhile: look at the list again.',
    noMotion: 'Enter the address of XCALLY Motion and the sign-in first, and save.',
    passwordInFile: 'The password is set in the configuration (admin.password): change it there.',
    shortPassword: 'The password must have at least {min} characters.',
    settingsChanged:
      'The settings were changed meanwhile, by somebody else or in another window. Nothing was saved: load this page again, and enter your changes once more.',
    beingHandedOver:
      'This message is being handed over right now, so it can no longer be set aside. Look again in a moment.',
    tooManyAttempts_one: 'Too many wrong passwords: try again in {count} second.',
    tooManyAttempts_other: 'Too many wrong passwords: try again in {count} seconds.',
    inThePanel: '{user} in the panel',
    setAsideBy: 'set aside by {who}',
  },
  connect: {
    noCode: 'This address holds no code: copy the whole address the browser ended at.',
    tooOld: 'This sign-in is more than 15 minutes old, or the plugin was restarted. Start again.',
    otherSignIn: 'This address belongs to another sign-in: open X again and copy the new one.',
    notAllowed: 'The access was not allowed on X. Connect again, and allow it.',
    noClient: 'Enter the Client ID of the X app first, and save the account.',
    noKeys: 'Enter the API key and the API key secret first.',
    userTaken:
      'You are signed in on X as @{handle}, which is the account "{account}" already. Sign in there as another user, and open X for a PIN again.',
    wrongPin: 'X does not take this PIN: open X again and enter the new one.',
    unknownKeys: 'X does not know this API key and secret: copy both again from the X developer portal.',
    whoUnclear: 'X could not say who signed in ({status}). Wait a minute and connect again.',
    whoRefused:
      "X let you sign in, but does not tell the plugin who you are: {detail} Check the app's permissions and that it belongs to a project, then connect again.",
    tryLater: 'X answered {status}: try again in a minute.',
    wrongCode:
      'X did not accept the code ({answer}). A code works once, for 30 seconds: connect again. If it fails again, compare the callback address at X with the one shown in the panel.',
    asRightUser: '{text} Sign in on X as the right user, and connect again.',
    refused: 'X did not sign in ({reason}). Connect again.',
  },
  keys: {
    busy: "Something is being done with this account's keys: wait for it to end.",
    shortPassword: 'Choose a password of at least {min} characters for the file.',
    exist:
      'X has keys for this account already. Recover or import those, or confirm that new ones may replace them.',
    notShownYet: 'X took the keys but does not show them yet. Try again in a minute.',
    notNewest: 'Only keys that are in use, and that X has as the newest, can be backed up.',
    otherAccount: 'These keys belong to another account on X. Nothing was changed.',
    wrongPassword: 'The password is wrong, or the file was damaged.',
    none: 'This account has no keys yet.',
    otherKind: 'The backup does not hold keys of the kind X Chat uses.',
    notOnX: 'X does not have these keys for this account, or no longer does. Nothing was changed.',
    notAFile: 'This is not a file of chat keys from openchannel-x.',
    state: {
      otherUser:
        'the keys here belong to another X user ({userId}) than this account: recover or import its own in the panel',
      none: 'encrypted chat has no keys: set it up in the panel, under Accounts, Encrypted chat',
      stale: 'X has newer keys for this account than the ones here: recover or import them in the panel',
      needDataKey: 'the keys are encrypted: start the plugin with the DATA_KEY they were saved with',
      wrongDataKey: 'the keys cannot be opened with this DATA_KEY: start the plugin with the right one',
      requestsWait:
        "message requests of new customers wait on x.com: X's API shows them only once somebody has accepted them there",
      notShown:
        "X does not show this app the public keys that encrypted messages need: check the app's rights to Direct Messages ({reason})",
    },
  },
  report: {
    noRange: 'Give a time such as from=2026-11-01 and to=2026-11-30.',
    reversed: '"from" must be before "to".',
    tooLong: 'A report covers at most a year.',
  },
  forget: {
    noPerson: 'Enter an X user id, or a handle such as @jane_doe.',
    several: 'Several people had this handle: {ids}. Enter the id of the one you mean.',
    nobody: 'Nobody called "{name}" is known here.',
  },
  message: {
    postDeletedBefore: 'The customer deleted this post before it reached you; its text is withheld.',
    reactionRemoved: 'The customer took back a reaction ({reaction}) to {message}.',
    reaction: 'The customer reacted to {message} with {reaction}.',
    edited: 'The customer changed {message}. It now reads:\n{words}',
    groupJoined: 'This account was taken into this group.',
    groupLeft: 'This account was removed from this group, and can no longer reply in it.',
    memberJoined: '{members} joined this group and will read what you reply from now on.',
    memberLeft: '{members} left this group.',
    replyFailed: 'X could not deliver {reply}: {why}',
    readLate: 'The customer wrote this at {time}. It could not be read until now.',
    editedBefore: 'The customer had changed this message before it came.',
    postDeleted: 'The customer deleted a post of this conversation on X. Please do not quote it: {link}',
    keysChanged:
      'The security keys of this customer have changed, as they do with a new phone or a new PIN. Before you tell them anything confidential, please make sure that it is still them.',
    disappears: 'This message disappears on X after {time}. Please keep no copy of it.',
    somethingElse:
      'The customer did something in X Chat that this channel does not show: perhaps a call, a screenshot or a pinned message. If they expect a reply to it, please look on x.com.',
    falseQuote: '[The customer quotes a message, but not as it was written; the quote is left out.]',
    unverifiedQuote: '> [quoted by the customer, not verified]',
    forwarded: '[forwarded by the customer]',
    unknownAttachment: '[The customer sent an attachment that this channel cannot show.]',
    withoutText: '[The customer sent a message without text.]',
    group: '[Group conversation {id}: your reply goes to everybody in it.]',
    deleted: 'The customer deleted {message} on X. Please do not quote what was deleted.',
    deletedByAdmin: 'An admin of the group deleted {message} on X. Please do not quote what was deleted.',
    several: '{count} messages',
    byColleague: "A colleague replied in X's app:\n{words}",
    byColleagueAt: "A colleague replied in X's app at {time}:\n{words}",
    emptyText: '(without text)',
    aMessage: 'a message',
    of: '{author} of {time}',
    ofWithWords: '{author} of {time} ("{words}")',
    failed: {
      automatic: 'an automatic message',
      reply: 'your reply',
      colleague: "a message that a colleague sent in X's app",
      of: '{what} of {time}',
      partOf: 'part of {what} of {time}',
      joined: '{reply}, and those that went out with it',
    },
    author: {
      sender: 'their message',
      member: "another member's message",
      colleague: "a colleague's message",
      agent: 'your reply',
      plugin: 'an automatic message',
    },
    fileLost: '[The customer sent a {kind} that could not be loaded from X.]',
    noLongerKept: '[no longer kept]',
    transcript: 'Bot conversation:',
    encryptedGroup: {
      ofSize: 'This is an encrypted group of {size} people. Everybody in it reads what you reply.',
      named: 'This is the encrypted group "{name}". Everybody in it reads what you reply.',
      namedOfSize:
        'This is the encrypted group "{name}" of {size} people. Everybody in it reads what you reply.',
    },
    inReplyTo: '> In reply to {whom}: {words}',
    aPost: 'a post',
  },
  recall: {
    notPossible: 'Only an encrypted reply that X has can be taken back.',
    noKeys: 'This account has no usable keys here, so nothing was taken back.',
    done: '{reply} of {time} was taken back on X by {by}. The customer may have read it before.',
    doneInPart:
      '{reply} of {time} was taken back on X by {by}. Part of it could not be taken back. The customer may have read it before.',
    doneJoined:
      '{reply} of {time}, with the replies that went out in the same message, was taken back on X by {by}. The customer may have read it before.',
    doneJoinedInPart:
      '{reply} of {time}, with the replies that went out in the same message, was taken back on X by {by}. Part of it could not be taken back. The customer may have read it before.',
    reply: 'Your encrypted reply',
    outcome: 'taken back by {by}',
  },
  http: {
    notJson: 'The body is not JSON.',
    notFound: 'There is nothing at this address.',
    badSettings: 'These settings cannot be used.',
    tooLarge: 'The body is larger than 1 MB, or cut into too many pieces.',
    busy: 'Too much is coming in at once; try again.',
    badBody: 'The body cannot be read.',
    unexpected: 'An unexpected error; the log says more.',
  },
  motion: {
    notSetUp: 'The X channel is not set up completely. Please tell your administrator.',
    attachmentGone:
      'The attached file (attachment {id}) is no longer in XCALLY Motion. Please attach it again.',
    unreachable: 'The contact center cannot be reached by the X channel right now.',
    unavailable: 'The contact center is temporarily unavailable.',
    signedOut: 'The X channel is not signed in to the contact center.',
  },
  x: {
    unavailable: 'X is temporarily unavailable. Your message will be sent as soon as possible.',
    rateLimited:
      "X's rate limit was reached. Your message will be sent automatically when X takes messages again.",
    unclear: 'X gave an unclear answer; it is being checked whether the message arrived.',
    unclearPost: 'X gave an unclear answer; it is being checked whether the reply was published.',
    noMessages: 'This customer does not accept Direct Messages from this account on X.',
    blocked: 'This customer cannot be written to: they do not follow this account or have blocked it.',
    signedOut:
      'This X account is signed out, so the message waits. Please tell your administrator to connect it again.',
    wrongSignIn:
      'X does not allow this with the way this account is signed in. Please tell your administrator to connect it again.',
    noCredit:
      "This account's credit with X is used up, so the message waits. Please tell your administrator.",
    locked: 'X has locked this account until someone signs in on x.com. Please tell your administrator.',
    unknownCustomer: 'This X account no longer exists, or never did.',
    customerSuspended: 'X has suspended this customer.',
    suspended: 'X has suspended this account. Please tell your administrator.',
    postTooLong: 'The public reply is too long for X.',
    duplicate: 'X refused the message because the same text was sent just before.',
    looksAutomated: 'X refused the message because it looks automated. Please word it differently.',
    postGone: 'The post was deleted, or X no longer shows it to this account.',
    repliesRestricted: 'The author lets only some people reply to this post.',
    messageTooLong: 'The message is too long for X.',
    badRequest: 'X could not take this message as it is.',
    forbidden: 'X does not allow this message to this customer.',
    fileTooLarge: 'The file is too large for X.',
    notMentioned:
      'X lets this account reply in public only where the customer mentions or quotes it. Please reply in private instead.',
    notAllowed: 'X does not allow this for this account. Please tell your administrator.',
    unreachable: 'X cannot be reached right now. Your message will be sent as soon as possible.',
    andSays: '{text} X says: {detail}',
    refused: 'X refused the message.',
  },
  file: {
    incomplete: 'The file could not be read completely; it will be tried again.',
    notTaken: 'X could not take the file right now; it will be tried again.',
    notProcessed: 'X could not process the file: {why}.',
    empty: 'The file "{name}" is empty.',
    unsupported: 'X cannot take the file "{name}": only png, jpeg, gif and mp4 can be sent.',
    tooLarge: 'The file "{name}" is too large: X takes a {type} of at most {max} MB, this one has {size} MB.',
  },
  chat: {
    encryptedAgain: 'The reply is encrypted again and resent.',
    cannotEncrypt: 'The message could not be encrypted right now; it will be tried again.',
    fileNotTaken: 'X did not take the file.',
    fileTooLarge: 'The file "{name}" is too large: X Chat takes at most {megabytes} MB.',
    noGroupKey:
      'X shows no key for this encrypted group, so you cannot reply to it here. Please reply on x.com.',
    lockedOut:
      'The customer writes in encrypted chat, for which this account cannot use its keys, so the reply was withheld. Please reply on x.com, and tell your administrator.',
    withoutKeys:
      'The customer writes in encrypted chat, for which this account has no keys, so the reply was withheld. Please reply on x.com, and tell your administrator.',
    notTaken: 'X did not take {what}: {detail}.',
    notReachable:
      'X no longer shows keys for encrypted chat of this customer, so the reply was withheld. Please reply on x.com.',
  },
  check: {
    motionSignIn: {
      name: 'Sign-in to XCALLY Motion',
      ok: 'XCALLY Motion knows the plugin as {user}.',
      itsUser: 'its user',
    },
    openChannel: {
      unknown: 'XCALLY Motion has no Open Channel account {id}: choose another one.',
      shared:
        '"{name}" ({id}) is used by {others} too: XCALLY Motion has one Reply URL for it, so replies to all of them go out as one account.',
      name: 'Open Channel account',
      ok: '"{name}" ({id})',
    },
    mapKey: {
      none: 'The Open Channel account has none: choose one in XCALLY Motion, for example twitter.',
      differs:
        'Here it is "{here}", in XCALLY Motion "{there}": customers would not be found. Leave it empty here.',
      ok: 'Customers are found by the contact field "{field}".',
      name: 'Map Key',
    },
    replyUrl: {
      none: 'The Open Channel account has none, so agents cannot reply: copy it from Accounts.',
      foreign:
        'The Reply URL configured in XCALLY Motion does not belong to this plugin, or its token is old: copy it from Accounts.',
      otherAccount:
        'The Reply URL configured in XCALLY Motion replies as "{other}", not as "{name}": copy the address of this account.',
      ok: 'XCALLY Motion calls this plugin with the right token, for this account.',
      name: 'Reply URL',
    },
    xKeys: {
      ok: 'X accepts the keys.',
      user: 'X knows the account as @{user}.',
      name: 'X keys',
    },
    permissions: {
      ok: 'The app may read Direct Messages.',
      name: 'X permissions',
      missing: '{text} Give the app "Read and write and Direct message", then connect the account again.',
    },
    oauth2: {
      unused: 'A Client ID is entered, but the account is not connected with it.',
      notConnected: 'The account is not connected yet: open Accounts, Edit, and press “Connect with X”.',
      ok: 'X accepts the OAuth 2.0 sign-in.',
      rightsMissing:
        'These rights were not granted: {rights}. Allow them for the app in the X developer portal, then connect again.',
      name: 'OAuth 2.0',
      rights: 'OAuth 2.0 rights',
    },
    webhook: {
      none: 'None is set, so registering the webhook with X is left to you.',
      elsewhere: 'It is not on the domain of XCALLY Motion, so only X can test it: see "Events from X".',
      ok: "It answers X's challenge.",
      name: 'Webhook address',
    },
    signature: {
      ok: 'Signed events arrive unchanged.',
      name: 'Webhook signature',
    },
    events: {
      name: 'Events from X',
      off: 'The account is switched off.',
      notChecked: 'Not checked, because X did not pass the tests above.',
      leftToYou: 'This cannot be checked from here, since registering the webhook is left to you.',
      ok: 'Everything is set up with X.',
      starting: 'It is being set up right now: check again in a minute.',
    },
    chat: {
      unused: 'It has no keys yet, and nobody has written encrypted so far.',
      ok: 'Encrypted messages are read, and can be replied to.',
      name: 'Encrypted chat',
      starting: 'It is being set up right now.',
    },
    log: {
      elsewhere:
        "{wanted} cannot be written; the logs are in {used}. Make it writable for the plugin's user.",
      name: 'Log folder',
    },
    signIn: 'Sign-in with {kind}',
    refused: 'X refuses it.',
    noEvents: 'X does not deliver.',
  },
  overview: {
    xSignedOut: 'The sign-in with X does not work: connect again under Edit. ({reason})',
    motionSignedOut: 'XCALLY Motion refuses the sign-in: correct it under Settings. ({reason})',
    chatWithoutKeys:
      'Customers write in encrypted X Chat (last {at}), which cannot be read without keys; agents are told of each. Set it up under Accounts, Encrypted chat.',
    noEventsSince: 'Messages surely arrived until {since}. Since then: {reason}',
    unconfirmed: 'X has not confirmed the sign-in yet. Asking X now.',
    unconfirmedSince: 'X has not confirmed the sign-in yet. The last try failed: {reason}.',
    chat: 'Encrypted chat: {reason}.',
  },
  unread: {
    newerKeys:
      'An encrypted message of this customer cannot be read: X has newer keys for this account than this channel. Please read it on x.com, and tell your administrator.',
    damaged:
      'An encrypted message of this customer came damaged and cannot be read. Please ask them to send it again.',
    unverified:
      "An encrypted message came in this customer's name, but it could not be verified that they wrote it, so it is not shown. If they mention one, please look on x.com.",
    keysNotShown:
      'An encrypted message of this customer cannot be read: the keys needed to decrypt it are not available from X. Please read it on x.com, and tell your administrator.',
    noKey:
      'An encrypted message of this customer cannot be read, since X shows no key for it. Please read it on x.com, or ask the customer to send it again.',
    noKeysHere:
      'The customer wrote in encrypted X Chat, which cannot be read here: the account has no keys. Please read it and reply on x.com, and tell your administrator to set up encrypted chat.',
    keysLocked:
      'The customer wrote in encrypted X Chat, which cannot be read here: the account cannot use its keys. Please read it and reply on x.com, and tell your administrator to set up encrypted chat.',
  },
  pin: {
    wrong: 'This is not the PIN.',
    destroyed: 'This is not the PIN. It was the last guess: X has destroyed the backup.',
    noBackup: 'X has no backup of keys for this account, or it was destroyed after too many wrong PINs.',
    noAccess:
      "X's key backup does not accept this account's access: connect the account again, then try once more.",
    tooOld: "X's key backup wants a newer version of this plugin.",
    tooMany: "X's key backup takes no more tries for now. Wait an hour before you try again.",
    unreachable: "X's key backup could not be reached. Try again later.",
    unclear: "X's key backup gave an answer that cannot be understood.",
    nowhere: 'X does not say where this account may keep a backup behind a PIN. Nothing was backed up.',
    short: 'A PIN needs at least 4 digits or letters.',
    repeated: 'A PIN of one repeated character can be guessed. Choose another.',
    inARow: 'A PIN of digits in a row can be guessed. Choose another.',
    badBackup: 'What X says of the key backup {why}, so the PIN was not sent anywhere.',
    wrongWithGuesses_one: 'This is not the PIN. {count} guess is left; after it X destroys the backup.',
    wrongWithGuesses_other:
      'This is not the PIN. {count} guesses are left; after the last one X destroys the backup.',
    mayHaveCounted: '{text} This try may have used up a guess.',
    notBackedUp: 'Nothing was backed up. {text}',
  },
  replyFailed: {
    empty: 'X found nothing in it. Please send it again.',
    fault: 'X had a fault of its own. Please send it again.',
    noReason: 'X gives no reason. Please send it again.',
    tooLarge: 'it is too large. Please send it in smaller parts.',
    tooMany: 'too many messages were sent. Please send it again later.',
    accountLimit: 'this account may send no more messages for now. Please send it again later.',
    spam: 'X takes it for spam. Please reach the customer another way.',
    notAllowed:
      'the customer has to write to this account first, or follow it. Please reach the customer another way.',
    newKeys: "the customer's security keys have changed. Please send it again.",
    newerKey: 'the conversation has a newer key. Please send it again.',
    encryptedOnly: 'the customer takes encrypted messages only. Please tell your administrator.',
    unverified: 'X could not verify that this account wrote it. Please tell your administrator.',
    oldSignature: 'X takes no signatures of this kind any longer. Please tell your administrator.',
    adminsOnly: 'only admins of the group may do that.',
    notInGroup: 'this account is no longer in the group. Please reach the customer another way.',
    cannotPin: 'the message cannot be pinned.',
    tooManyPins: 'too many messages are pinned.',
    unknown: 'X gives no reason that is known here. Please send it again.',
    outcome: 'X could not deliver it: {why}',
  },
  delivery: {
    challengeFailed:
      'X called webhookUrl and did not get the right answer: let the address through from the internet to this plugin, and check that consumerSecret is that of the app',
    badUrl: 'X does not take webhookUrl: it must start with https:// and name no port',
    urlTaken:
      'webhookUrl is registered with X already, for another app or environment: remove it there, or give this account an address of its own (/api/messages/NAME)',
    tooManyWebhooks:
      'the app may have no more webhooks: delete one that is no longer used in the X developer portal, or ask X for more',
    tooManySubscriptions:
      'the app may have no more subscriptions: remove accounts or switch off mentions, or ask X for more',
    rightMissing:
      'X does not accept this sign-in for this, or a right is missing: connect the account with OAuth 2.0 (Accounts, Edit, Connect with X) and allow everything it asks for',
    otherSignIn: 'the account needs another sign-in for this: add it under Accounts, Edit',
    webhookGone: 'X does not know the webhook any longer; it is registered again',
    streamTaken:
      'X counts another connection to the stream of this app, which may be read only once: if this lasts, another program holds the stream; stop it there, or give this account an app of its own',
    unknownApp: 'X does not know the app: check consumerKey and consumerSecret',
    unknownEnvironment: 'X does not know this dev environment: check "environment" in the X developer portal',
    noAccess:
      'the access level of the X app does not include this way of delivery: choose "delivery": "poll", or ask X for the level that has it',
    chatNotReadable:
      "X does not let this account's encrypted conversations be read back, so that what X fails to push is missed ({reason})",
    chatUnreadableNow: 'encrypted conversations cannot be read back, which is tried again ({reason})',
    signedOut:
      "X refuses the account's sign-in: connect the account again in the panel, or sign in on x.com if X has locked it",
  },
  signIn: {
    notConnected:
      'this account is not connected with OAuth 2.0 yet: open Accounts, Edit in the panel, and press "Connect with X"',
    noOfflineAccess:
      'the OAuth 2.0 sign-in has ended after two hours, because the right offline.access was not granted: connect again and allow everything X asks for',
    onlyOAuth2:
      'X accepts only OAuth 2.0 for this, and the account is not connected yet: open Accounts, Edit in the panel, and press "Connect with X"',
    revoked: 'the account has taken the access of this app away on x.com',
  },
  selfTest: {
    otherAccount:
      'something answers at this address, but not this account: check the port and the path in it',
    status: 'the address answers {status}: check it, and let it through the firewall',
    signature:
      'the signature does not arrive as it was sent: the address needs encoding=binary, and the proxy must let the header x-twitter-webhooks-signature pass',
    eventStatus: 'the address answers {status} to an event',
    unreachable: 'the address cannot be reached from here ({reason})',
    notTested: 'not tested, since the address is not reached',
  },
  bot: {
    keyword: 'the customer wrote "{word}"',
    file: 'the customer sent a file',
    maxTurns: 'the bot has replied {max} times',
    asked: 'the bot asked for an agent',
    failed: 'the bot gave no reply',
  },
  filter: {
    blockedUser: 'filtered: blocked user',
    spamWord: 'filtered: the word "{word}"',
    accountAge: 'filtered: on X for less than {days} days',
    followers: 'filtered: fewer than {min} followers',
  },
} as const;
