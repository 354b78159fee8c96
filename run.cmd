@echo off
setlocal
set "root=%~dp0"
fc /b "%root%requirements.lock" "%root%.venv\requirements.lock.installed" >nul 2>&1 || py -3 "%root%packaging\bootstrap.py" run || exit /b 1
"%root%.venv\Scripts\python.exe" "%root%packaging\launch.py" %*
