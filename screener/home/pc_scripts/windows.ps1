# Screener on a Windows computer: has this user's browsers ask Screener about the watched sites, and trust its certificate.
# It changes nothing else, needs no administrator, and says what it does. Windows asks once whether the certificate is to
# be trusted. To run it: right-click, "Run with PowerShell". To undo all of it:  .\FILE -Undo
param([switch]$Undo)
$ErrorActionPreference = 'Stop'
$pac = '@@PAC@@'
$thumbprint = '@@SHA1@@'
$key = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Internet Settings'
$kept = Join-Path $env:APPDATA 'Screener'
$certificate = @'
@@CERTIFICATE@@'@

if ($Undo) {
    if ((Get-ItemProperty $key).AutoConfigURL -eq $pac) {
        $before = Join-Path $kept 'AutoConfigURL.txt'
        if ((Test-Path $before) -and (Get-Content $before)) { Set-ItemProperty $key AutoConfigURL (Get-Content $before) }
        else { Remove-ItemProperty $key AutoConfigURL }
        Write-Host 'proxy taken out'
    }
    Get-ChildItem Cert:\CurrentUser\Root | Where-Object Thumbprint -eq $thumbprint | Remove-Item
    if (Test-Path $kept) { Remove-Item $kept -Recurse }
    Write-Host 'Undone.'
    return
}

New-Item $kept -ItemType Directory -Force | Out-Null
$file = Join-Path $kept 'certificate.crt'
Set-Content $file $certificate -Encoding ascii
$before = (Get-ItemProperty $key).AutoConfigURL
if ($before -and $before -ne $pac) { Set-Content (Join-Path $kept 'AutoConfigURL.txt') $before }
certutil -user -addstore Root $file | Out-Null
Write-Host "trusted: @@CA_NAME@@"
Set-ItemProperty $key AutoConfigURL $pac
Write-Host 'proxy: Windows, which Chrome, Edge and Firefox follow'
Write-Host 'Done. Close the browsers and open them again, then open https://screener.home.arpa/'
