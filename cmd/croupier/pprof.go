package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
)

// profileFlag offers profiles of the process to developers, on a door of their own.
type profileFlag struct {
	Pprof string `hidden:"" placeholder:"HOST:PORT" help:"Offer net/http/pprof here. Keep it private."`
}

// serve offers the profiles, if that is wanted, until the process ends.
func (f profileFlag) serve() error {
	if f.Pprof == "" {
		return nil
	}
	listener, err := net.Listen("tcp", f.Pprof)
	if err != nil {
		return fmt.Errorf("--pprof: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	go func() { _ = http.Serve(listener, mux) }()
	return nil
}
