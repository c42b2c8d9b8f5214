#!/bin/sh
if true; then :; fi
