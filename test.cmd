@echo off
setlocal
set "root=%~dp0"
cd /d "%root%"
py -3 packaging\bootstrap.py test || exit /b 1
.venv\Scripts\python.exe -m ruff check . || exit /b 1
.venv\Scripts\python.exe -m mypy || exit /b 1
.venv\Scripts\python.exe -m pytest -n 2 %*
