package api

// replayTrials are the calls about links to rounds.
var replayTrials = map[string]trial{
	"POST /rounds/{roundId}/replay-links": {func(w *world) try {
		return try{by: "operator", path: "/rounds/" + w.ended + "/replay-links", body: `{"expiresInSeconds":86400}`}
	}, with(nil, 404, byOperator("/rounds/"+exampleID+"/replay-links", `{}`))},
	"POST /replay/round":        {replaying("/replay/round"), with(nil, 403, noReplay("/replay/round"))},
	"POST /replay/verification": {replaying("/replay/verification"), with(nil, 403, noReplay("/replay/verification"))},
}

func replaying(path string) func(*world) try {
	return func(w *world) try {
		var link replayLinkData
		w.o.post(w.t, "/rounds/"+w.ended+"/replay-links", `{}`).into(w.t, &link)
		return try{by: "anyone", path: path, body: map[string]string{"token": link.Token}}
	}
}

func noReplay(path string) func(*world) try {
	return func(*world) try { return try{by: "anyone", path: path, body: `{"token":"x"}`} }
}
