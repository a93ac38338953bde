import type { SettingTexts } from './settingTexts';

export const it: SettingTexts = {
  groups: {
    motion: { heading: 'XCALLY Motion' },
    plugin: { heading: 'Questo plugin' },
    logs: { heading: 'Log' },
    x: { heading: 'API di X (avanzate)' },
    basics: { heading: 'Impostazioni di base' },
    oauth2: { heading: 'Accesso con OAuth 2.0' },
    keys: { heading: 'Chiavi dell’app di X (per l’invio in push e per OAuth 1.0a)' },
    openChannel: { heading: 'XCALLY Motion' },
    channels: { heading: 'Canali' },
    delivery: { heading: 'Come X consegna i messaggi' },
    costs: {
      heading: 'Costo con X',
      text: 'Stimato in base al listino a consumo di X; il contratto in essere può essere diverso. Al raggiungimento del limite non viene trattenuto nulla.',
    },
    workingHours: { heading: 'Orario di lavoro' },
    greeting: { heading: 'Saluto' },
    bot: {
      heading: 'Bot',
      text: 'Un bot via HTTP risponde per primo ai messaggi diretti. Gli operatori ricevono la conversazione, con quanto è stato detto, quando il cliente scrive una delle parole riportate sotto o invia un file, quando il bot lo richiede o non funziona, oppure dopo un certo numero di risposte.',
    },
    followUp: { heading: 'Sollecito' },
    queue: { heading: 'In attesa di un operatore' },
    unanswered: { heading: 'Nessuna risposta da un operatore' },
    filters: {
      heading: 'Filtri',
      text: 'Ciò che viene filtrato non arriva ad alcun operatore. È elencato in Attività, dove è possibile lasciarlo passare.',
    },
    card: {
      heading: 'Scheda del cliente',
      text: 'Conserva ciò che X comunica di un cliente nei campi del contatto in XCALLY Motion: alla creazione del contatto e al massimo una volta al giorno. Vuoto: non conservato.',
    },
    retention: { heading: 'Per quanto tempo conservare i messaggi' },
  },
  settings: {
    port: {
      label: 'Porta',
      hint: 'Una modifica sposta subito il plugin; gli indirizzi cambiano di conseguenza.',
    },
    bindAddress: {
      label: 'Indirizzo di ascolto',
      hint: '127.0.0.1: solo questa macchina.',
    },
    'log.dir': {
      label: 'Cartella',
      hint: 'I file sono NAME-info.log e NAME-error.log, 7 da 5 MB ciascuno.',
    },
    'log.name': {
      label: 'Nome del file',
    },
    'log.level': {
      label: 'Livello',
      options: {
        error: 'errori',
        warn: 'avvertimenti',
        info: 'tutto',
        debug: 'debug',
      },
    },
    'log.messageText': {
      label: 'Testo dei messaggi',
      hint: 'Se nascosto, non compare nel log né nell’elenco delle attività.',
      options: {
        hidden: 'nascosto',
        full: 'scritto',
      },
    },
    'host.baseUrl': {
      label: 'Indirizzo',
      hint: 'Ad esempio https://motion.example.com',
    },
    'host.username': {
      label: 'Utente',
      hint: 'Un utente di XCALLY Motion per il plugin.',
    },
    'host.password': {
      label: 'Password',
      hint: 'Di questo utente.',
    },
    'host.apiKey': {
      label: 'API Key',
      hint: 'Al posto di utente e password.',
    },
    'host.caFile': {
      label: 'Autorità di certificazione',
      hint: 'File PEM, se XCALLY Motion ha un certificato autofirmato.',
    },
    'host.allowPlainHttp': {
      label: 'Consentire http:// verso un’altra macchina',
      hint: 'Messaggi e credenziali vengono allora inviati non crittografati.',
    },
    'reply.maxRetryHours': {
      label: 'Interrompere i tentativi di invio delle risposte dopo (ore)',
      hint: 'Per tutto il tempo in cui X o XCALLY Motion hanno problemi; poi l’operatore viene informato.',
    },
    'admin.hostUsers': {
      label: 'Gli admin di XCALLY Motion possono accedere qui',
    },
    'x.apiBaseUrl': {
      label: 'Indirizzo dell’API di X',
      hint: 'https://api.x.com, salvo che X sia raggiungibile in un altro modo.',
    },
    'x.mediaHosts': {
      label: 'Host dei file multimediali',
      hint: 'Gli unici host da cui vengono scaricati i file multimediali: host, oppure host:porta.',
    },
    'accounts.*.name': {
      label: 'Nome',
      hint: 'Lettere, cifre e _, al massimo 64. In seguito non può essere modificato.',
    },
    'accounts.*.active': {
      label: 'Attivo',
      hint: 'Un account disattivato non riceve e non invia nulla.',
    },
    'accounts.*.description': { label: 'Descrizione', hint: 'Per i colleghi; compare accanto al nome.' },
    'accounts.*.language': { label: 'Lingua degli operatori', hint: 'In cui il plugin parla agli operatori e dice perché qualcosa attende.' },
    'accounts.*.consumerKey': {
      label: 'API Key',
      hint: 'Portale per sviluppatori di X → la propria app → Keys and tokens → Consumer Keys. Webhook e stream la richiedono anche con OAuth 2.0.',
    },
    'accounts.*.consumerSecret': {
      label: 'API Key Secret',
      hint: 'Mostrato insieme all’API Key.',
    },
    'accounts.*.accessToken': {
      label: 'Access Token',
      hint: 'Compilato da “Connetti con OAuth 1.0a” più sotto, oppure copiato da Keys and tokens.',
    },
    'accounts.*.accessTokenSecret': {
      label: 'Access Token Secret',
      hint: 'Mostrato insieme all’Access Token.',
    },
    'accounts.*.oauth2.clientId': {
      label: 'Client ID',
      hint: 'Portale per sviluppatori di X → la propria app → Keys and tokens → OAuth 2.0.',
    },
    'accounts.*.oauth2.clientSecret': {
      label: 'Client Secret',
      hint: 'Mostrato insieme al Client ID. Non esiste per un’app nativa.',
    },
    'accounts.*.signatureMethod': {
      label: 'Metodo di firma',
      hint: 'HMAC-SHA1, salvo diversa indicazione di X.',
    },
    'accounts.*.level': {
      label: 'Livello di accesso',
      hint: 'Con Basic e Pro i messaggi vengono letti ogni minuto. Enterprise li riceve in push se l’API Key e il relativo Secret sono impostati; altrimenti anche qui vengono letti ogni minuto.',
      options: {
        basic: 'Basic',
        pro: 'Pro',
        enterprise: 'Enterprise',
      },
    },
    'accounts.*.delivery': {
      label: 'Consegna',
      hint: 'Lasciare la scelta al livello, salvo esigenze particolari.',
      options: {
        '': 'secondo il livello',
        activity: 'X Activity, webhook',
        'activity-stream': 'X Activity, stream',
        'account-activity': 'Account Activity v2',
        'account-activity-v1': 'Account Activity v1.1',
        poll: 'lettura ogni minuto',
        relay: 'inoltro da un altro servizio',
      },
    },
    'accounts.*.environment': {
      label: 'Ambiente di sviluppo',
      hint: 'Solo per Account Activity v1.1: l’etichetta nel portale per sviluppatori.',
    },
    'accounts.*.relaySecret': {
      label: 'Segreto di inoltro',
      hint: 'Almeno 16 caratteri; il servizio firma con esso ogni chiamata, come fa X con quello dell’app.',
    },
    'accounts.*.webhookUrl': {
      label: 'Indirizzo webhook',
      hint: 'L’indirizzo pubblico chiamato da X. Lo registra il plugin.',
    },
    'accounts.*.webhookCheck': {
      label: 'Verifica del webhook',
      hint: 'Il percorso segreto è meno sicuro: solo se il proxy elimina l’intestazione con la firma di X.',
      options: {
        signature: 'la firma di X',
        'secret-path': 'un percorso segreto',
      },
    },
    'accounts.*.openChannelAccountId': {
      label: 'Account Open Channel',
      hint: 'Dove arrivano i messaggi.',
    },
    'accounts.*.mapKey': {
      label: 'Map Key',
      hint: 'Il campo del contatto che identifica il cliente. Vuoto: come indicato da XCALLY Motion.',
    },
    'accounts.*.mapValue': {
      label: 'Valore della Map Key',
      hint: 'Che cosa contiene quel campo.',
      options: {
        username: 'il nome utente, ad esempio jane_doe',
        id: 'l’ID utente di X',
      },
    },
    'accounts.*.directMessages.active': {
      label: 'Messaggi diretti',
      hint: 'Ricevere i messaggi diretti.',
    },
    'accounts.*.directMessages.mergeQueuedReplies': {
      label: 'Unire le risposte in attesa',
      hint: 'I testi per uno stesso cliente in attesa dello stesso limite di frequenza vengono inviati come un unico messaggio.',
    },
    'accounts.*.chat.active': {
      label: 'X Chat crittografata',
      hint: 'Leggere i messaggi crittografati e rispondere. Servono le chiavi: vedere “Chat crittografata” dell’account.',
    },
    'accounts.*.chat.readReceipts': {
      label: 'Conferme di lettura',
      hint: 'Mostrare ai clienti che i loro messaggi crittografati sono stati letti, quando un operatore risponde.',
    },
    'accounts.*.chat.typing': {
      label: 'Indicatore di scrittura',
      hint: 'Mostrare ai clienti che qualcuno sta scrivendo, subito prima dell’invio di una risposta crittografata.',
    },
    'accounts.*.chat.neverPlain': {
      label: 'Mai in chiaro dopo un messaggio crittografato',
      hint: 'Un cliente che ha scritto almeno una volta in modo crittografato non riceve risposte che X può leggere, anche se in seguito scrive un messaggio in chiaro.',
    },
    'accounts.*.mentions.active': {
      label: 'Menzioni pubbliche',
      hint: 'Ricevere menzioni e risposte pubbliche, e rispondere in pubblico.',
    },
    'accounts.*.mentions.openChannelAccountId': {
      label: 'Coda separata per le menzioni',
      hint: 'Il numero di un altro account Open Channel al quale arrivano i post pubblici. 0: lo stesso dei messaggi.',
    },
    'accounts.*.mentions.mapKey': {
      label: 'Campo del contatto di quella coda',
      hint: 'Il campo del contatto di quell’account. Vuoto: come indicato da XCALLY Motion.',
    },
    'accounts.*.mentions.quotes': {
      label: 'Citazioni',
      hint: 'Arrivano anche i post che citano l’account.',
    },
    'accounts.*.mentions.deepLink': {
      label: 'Link ai messaggi privati',
      hint: 'Aggiunto alle risposte pubbliche, se c’è spazio.',
    },
    'accounts.*.mentions.agentInitials': {
      label: 'Iniziali dell’operatore',
      hint: 'Aggiunte alle risposte pubbliche, ad esempio - A.L',
    },
    'accounts.*.mentions.maxPostLength': {
      label: 'Lunghezza massima della risposta pubblica',
      hint: '280 caratteri secondo il conteggio di X, o più per un account Premium.',
    },
    'accounts.*.costs.monthlyLimit': {
      label: 'Avvertire a partire da (dollari USA al mese)',
      hint: 'La panoramica avverte quando la stima del mese raggiunge questo importo. 0: nessun avvertimento.',
    },
    'accounts.*.workingHours.active': {
      label: 'Inviare un avviso fuori orario',
      hint: 'Una volta per ogni conversazione e periodo di chiusura.',
    },
    'accounts.*.workingHours.timeZone': {
      label: 'Fuso orario',
    },
    'accounts.*.workingHours.workdays': {
      label: 'Giorni lavorativi',
    },
    'accounts.*.workingHours.workdayHours': {
      label: 'Orario nei giorni lavorativi',
      hint: 'Fino a quattro orari.',
    },
    'accounts.*.workingHours.nonWorkdayHours': {
      label: 'Orario negli altri giorni',
      hint: 'Nessuno: chiuso.',
    },
    'accounts.*.workingHours.holidays': {
      label: 'Giorni festivi',
      hint: 'Chiuso tutto il giorno.',
    },
    'accounts.*.workingHours.notice': {
      label: 'Che cosa viene detto ai clienti',
    },
    'accounts.*.workingHours.language': {
      label: 'Lingua dei nomi dei giorni',
    },
    'accounts.*.workingHours.mentions': {
      label: 'Anche in pubblico',
      hint: 'Come risposta pubblica alle menzioni.',
    },
    'accounts.*.greeting.active': {
      label: 'Salutare i nuovi clienti',
      hint: 'In privato, al primo contatto.',
    },
    'accounts.*.greeting.text': {
      label: 'Saluto',
    },
    'accounts.*.greeting.everyDays': {
      label: 'Salutare di nuovo dopo (giorni senza contatto)',
    },
    'accounts.*.bot.active': {
      label: 'Far rispondere prima un bot',
    },
    'accounts.*.bot.url': {
      label: 'Indirizzo',
      hint: 'https; http solo su questa macchina.',
    },
    'accounts.*.bot.keywords': {
      label: 'Parole chiave che passano la conversazione a un operatore',
      hint: 'Parole intere, maiuscole o minuscole.',
    },
    'accounts.*.bot.maxTurns': {
      label: 'Numero massimo di risposte del bot',
    },
    'accounts.*.bot.idleMinutes': {
      label: 'Riavviare il bot dopo (minuti di inattività)',
      hint: 'Contati dall’ultimo messaggio del cliente o dell’operatore.',
    },
    'accounts.*.botToken': {
      label: 'Token',
      hint: 'Inviato come Authorization: Bearer. Può restare vuoto.',
    },
    'accounts.*.followUp.active': {
      label: 'Inviare un sollecito',
      hint: 'In privato, dopo la risposta di un operatore. Qualsiasi messaggio lo azzera.',
    },
    'accounts.*.followUp.reminderMinutes': {
      label: 'Inviare il promemoria dopo (minuti)',
    },
    'accounts.*.followUp.reminder': {
      label: 'Promemoria',
      hint: 'Vuoto: nessuno.',
    },
    'accounts.*.followUp.closingMinutes': {
      label: 'Inviare il messaggio di chiusura dopo (minuti)',
      hint: 'Dopo il promemoria; in sua assenza, dopo la risposta dell’operatore.',
    },
    'accounts.*.followUp.closing': {
      label: 'Messaggio di chiusura',
      hint: 'Vuoto: nessuno.',
    },
    'accounts.*.queue.active': {
      label: 'Comunicare ai clienti in attesa il loro posto',
      hint: 'In privato, durante l’orario di lavoro, finché un operatore non scrive.',
    },
    'accounts.*.queue.reminderAfterMinutes': {
      label: 'La prima volta dopo (minuti di attesa)',
    },
    'accounts.*.queue.progressEveryMinutes': {
      label: 'Di nuovo ogni (minuti)',
      hint: 'Solo se il posto cambia. 0: una sola volta.',
    },
    'accounts.*.queue.notice': {
      label: 'Che cosa viene detto loro',
      hint: 'Anche ${position} (il posto) e ${waitTime} (il tempo necessario per una risposta nell’ultima ora).',
    },
    'accounts.*.unanswered.minutes': {
      label: 'Segnalare i clienti senza risposta dopo (minuti)',
      hint: 'Durante l’orario di lavoro. Una volta, agli operatori e nella panoramica. 0: mai.',
    },
    'accounts.*.unanswered.customerNotice': {
      label: 'Che cosa viene detto allora al cliente',
      hint: 'In privato. Vuoto: nulla.',
    },
    'accounts.*.filters.blockedUsers': {
      label: 'Persone bloccate',
      hint: 'ID utente di X.',
    },
    'accounts.*.filters.spamWords': {
      label: 'Parole di spam',
      hint: 'Parole intere, maiuscole o minuscole.',
    },
    'accounts.*.filters.minAccountAgeDays': {
      label: 'Menzioni: età minima dell’account (giorni)',
      hint: '0: qualsiasi. Vale solo se X la comunica.',
    },
    'accounts.*.filters.minFollowers': {
      label: 'Menzioni: numero minimo di follower',
      hint: '0: qualsiasi. Vale solo se X lo comunica.',
    },
    'accounts.*.card.active': {
      label: 'Aggiornare il contatto',
    },
    'accounts.*.card.lookUp': {
      label: 'Chiedere a X i dati mancanti',
      hint: 'X addebita ogni richiesta.',
    },
    'accounts.*.card.name': {
      label: 'Nome',
      hint: 'Ad esempio cf_7.',
    },
    'accounts.*.card.handle': {
      label: 'Nome utente',
    },
    'accounts.*.card.id': {
      label: 'ID utente di X',
    },
    'accounts.*.card.avatar': {
      label: 'Indirizzo dell’immagine',
    },
    'accounts.*.card.verified': {
      label: 'Verificato',
      hint: 'true o false.',
    },
    'accounts.*.card.followers': {
      label: 'Follower',
    },
    'accounts.*.card.language': {
      label: 'Lingua',
      hint: 'Quella dei suoi post.',
    },
    'accounts.*.retention.days': {
      label: 'Cancellare testi e file multimediali dopo (giorni)',
      hint: 'Contati dal loro arrivo. 0: mai.',
    },
    'accounts.*.retention.rowDays': {
      label: 'Eliminare la registrazione dopo (giorni)',
      hint: 'Almeno 60; i report e l’elenco delle attività non risalgono oltre. 0: mai.',
    },
  },
  faults: {
    'is missing': 'manca',
    'must be at least {n}': 'deve essere almeno {n}',
    'must be at most {n}': 'deve essere al massimo {n}',
    'must have at most {n} characters': 'può avere al massimo {n} caratteri',
    'must be a whole number': 'deve essere un numero intero',
    'must be a number': 'deve essere un numero',
    'has a ${ without its }': 'contiene un ${ senza la relativa }',
    'is missing: an access token and its secret go together': 'manca: un Access Token e il relativo Secret vanno sempre insieme',
    'is missing: an access token works with the API key of its app only': 'manca: un Access Token funziona solo con l’API Key della sua app',
    'is missing: copy it from the X developer portal, or fill in the Client ID (oauth2.clientId) to sign in with OAuth 2.0 instead': 'manca: copiare il valore dal portale per sviluppatori di X, oppure compilare il Client ID (oauth2.clientId) per accedere invece con OAuth 2.0',
    'is missing: copy the Client ID from the X developer portal': 'manca: copiare il Client ID dal portale per sviluppatori di X',
    'is missing: host.password is set': 'manca: host.password è impostato',
    'is missing: host.username is set': 'manca: host.username è impostato',
    'is missing: the address of XCALLY Motion, such as https://motion.example.com': 'manca: l’indirizzo di XCALLY Motion, ad esempio https://motion.example.com',
    'is missing: this delivery needs the app’s API key and secret as well as OAuth 2.0. Without them choose "poll", reading every minute': 'manca: questo tipo di consegna richiede, oltre a OAuth 2.0, l’API Key e il relativo Secret dell’app. Senza di essi scegliere "poll", lettura ogni minuto',
    'must be HMAC-SHA1 or HMAC-SHA256': 'deve essere HMAC-SHA1 o HMAC-SHA256',
    'must be a date such as 2026-12-25, or 12-25 for every year': 'deve essere una data, ad esempio 2026-12-25, oppure 12-25 per ogni anno',
    'must be a day such as monday': 'deve essere un giorno, ad esempio monday',
    'must be a host name such as pbs.twimg.com, or host:port, without https://': 'deve essere un nome host, ad esempio pbs.twimg.com, oppure host:porta, senza https://',
    'must be a language such as en, it or pt-BR': 'deve essere una lingua, ad esempio en, it o pt-BR',
    'must be a list of X user ids': 'deve essere un elenco di ID utente di X',
    'must be a list of accounts': 'deve essere un elenco di account',
    'must be a list of dates': 'deve essere un elenco di date',
    'must be a list of days': 'deve essere un elenco di giorni',
    'must be a list of host names': 'deve essere un elenco di nomi host',
    'must be a list of times such as 09:00-13:00': 'deve essere un elenco di orari, ad esempio 09:00-13:00',
    'must be a list of words': 'deve essere un elenco di parole',
    'must be a number of characters: 280, or more for a Premium account': 'deve essere un numero di caratteri: 280, o più per un account Premium',
    'must be a number of hours': 'deve essere un numero di ore',
    'must be a port number from 1 to 65535': 'deve essere un numero di porta da 1 a 65535',
    'must be a time zone of the IANA list, such as Europe/Rome': 'deve essere un fuso orario dell’elenco IANA, ad esempio Europe/Rome',
    'must be an X user id, in digits': 'deve essere un ID utente di X, in cifre',
    'must be an address such as 127.0.0.1': 'deve essere un indirizzo, ad esempio 127.0.0.1',
    'must be an address such as https://bot.example.com/answer': 'deve essere un indirizzo, ad esempio https://bot.example.com/answer',
    'must be an address such as https://motion.example.com': 'deve essere un indirizzo, ad esempio https://motion.example.com',
    'must be an address such as postgres://user:password@db.example.com/openchannel': 'deve essere un indirizzo, ad esempio postgres://user:password@db.example.com/openchannel',
    'must be an amount in US dollars; 0 for no warning': 'deve essere un importo in dollari USA; 0 per nessun avvertimento',
    'must be at least 1': 'deve essere almeno 1',
    'must be at least 280': 'deve essere almeno 280',
    'must be at most 1000000': 'deve essere al massimo 1000000',
    'must be at most 25000': 'deve essere al massimo 25000',
    'must be at most 720': 'deve essere al massimo 720',
    'must be basic, pro or enterprise': 'deve essere basic, pro o enterprise',
    'must be error, warn, info or debug': 'deve essere error, warn, info o debug',
    'must be hidden or full': 'deve essere hidden o full',
    'must be signature or secret-path': 'deve essere signature o secret-path',
    'must be text': 'deve essere un testo',
    'must be the name of a contact field, such as cf_7 (empty: not kept)': 'deve essere il nome di un campo del contatto, ad esempio cf_7 (vuoto: non conservato)',
    'must be the name of a contact field, such as twitter or cf_7 (empty: as in XCALLY Motion)': 'deve essere il nome di un campo del contatto, ad esempio twitter o cf_7 (vuoto: come in XCALLY Motion)',
    'must be the number of an Open Channel account in XCALLY Motion, or 0': 'deve essere il numero di un account Open Channel in XCALLY Motion, oppure 0',
    'must be the number of the Open Channel account in XCALLY Motion': 'deve essere il numero dell’account Open Channel in XCALLY Motion',
    'must be the public address X calls, such as https://motion.example.com/api/plugins/webhook?…': 'deve essere l’indirizzo pubblico chiamato da X, ad esempio https://motion.example.com/api/plugins/webhook?…',
    'must be times of a day such as 09:00-13:00, at most until 24:00': 'deve indicare orari di una giornata, ad esempio 09:00-13:00, al massimo fino alle 24:00',
    'must be true or false': 'deve essere true o false',
    'must be username or id': 'deve essere username o id',
    'must consist of letters, digits and _, and must not start with a digit': 'deve contenere solo lettere, cifre e _, e non può iniziare con una cifra',
    'must consist of letters, digits, dots, - and _': 'deve contenere solo lettere, cifre, punti, - e _',
    'must have at least 16 characters': 'deve avere almeno 16 caratteri',
    'must have at least 8 characters': 'deve avere almeno 8 caratteri',
    'must have at most 10000 ids': 'può avere al massimo 10000 ID',
    'must have at most 200 words': 'può avere al massimo 200 parole',
    'must have at most 64 characters': 'può avere al massimo 64 caratteri',
    'must have at most four parts': 'può avere al massimo quattro fasce',
    'must name a folder': 'deve indicare una cartella',
    'must not be empty': 'non può essere vuoto',
    'must not be negative': 'non può essere un numero negativo',
    'must not carry a user name or password': 'non può contenere un nome utente o una password',
    'must not carry a user name or password: use botToken': 'non può contenere un nome utente o una password: usare botToken',
    'must not have a "?" or "#" part': 'non può avere una parte con "?" o "#"',
    'must not name a port: X refuses webhook addresses with one': 'non può indicare una porta: X rifiuta gli indirizzi webhook che ne hanno una',
    'must start with https:// (http only for this machine itself)': 'deve iniziare con https:// (http solo per questa stessa macchina)',
    'must start with https://: X calls nothing else': 'deve iniziare con https://: X non chiama altro',
    'must start with https://: over http, customers’ messages and the sign-in cross the network readable. Set host.allowPlainHttp where that is wanted': 'deve iniziare con https://: con http i messaggi dei clienti e i dati di accesso attraversano la rete in forma leggibile. Impostare host.allowPlainHttp se è ciò che si desidera',
  },
};
